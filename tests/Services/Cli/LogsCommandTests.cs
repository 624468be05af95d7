using System.Text.Json.Nodes;
using DataPlatform.Services.Cli;

namespace DataPlatform.Services.Tests.Cli;

public sealed class LogsCommandTests
{
    [Theory]
    [InlineData("one\ntwo\nthree\n", 2, "two\nthree\n")]
    [InlineData("one\ntwo\nthree", 1, "three")]
    [InlineData("one\ntwo\n", 9, "one\ntwo\n")]
    [InlineData("", 3, "")]
    public async Task Shows_only_the_last_lines(string log, int lines, string expected)
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.Log = log;

        (await fake.RunAsync("logs", "trial/worker-0", "--tail", $"{lines}")).ShouldBe(ExitCode.Done);

        fake.Output.ToString().ShouldBe(expected);
    }

    [Theory]
    [InlineData()]
    [InlineData("--tail", "2")]
    public async Task Gives_programs_a_line_of_JSON_for_each_line(params string[] more)
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.Log = "one \"1\"\n\nlast";

        (await fake.RunAsync(["logs", "trial/worker-0", "--stderr", "-o", "json", .. more])).ShouldBe(ExitCode.Done);

        var all = new[] { "one \"1\"", "", "last" }.Select(text => new JsonObject { ["task"] = "trial/worker-0", ["stream"] = "stderr", ["text"] = text }).ToList();
        var read = fake.Output.ToString().TrimEnd('\n').Split('\n').Select(line => JsonNode.Parse(line)).ToList();
        read.Count.ShouldBe(more.Length > 0 ? 2 : 3);
        read.Zip(all.TakeLast(read.Count)).ShouldAllBe(pair => JsonNode.DeepEquals(pair.First, pair.Second));
    }

    [Fact]
    public async Task Reads_back_far_enough_for_long_lines()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        var line = new string('x', 50_000) + "\n";
        fake.Log = $"first\n{line}{line}{line}";

        (await fake.RunAsync("logs", "trial/worker-0", "--tail", "3")).ShouldBe(ExitCode.Done);

        fake.Output.ToString().ShouldBe(line + line + line);
    }

    [Fact]
    public async Task Shows_a_whole_log_that_is_longer_than_one_part()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.Log = string.Concat(Enumerable.Range(0, 50_000).Select(number => $"{number}\n"));

        (await fake.RunAsync("logs", "trial/worker-0")).ShouldBe(ExitCode.Done);

        fake.Output.ToString().ShouldBe(fake.Log);
    }
}
