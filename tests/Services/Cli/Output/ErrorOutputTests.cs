using System.Text.Json.Nodes;
using DataPlatform.Services.Cli;

namespace DataPlatform.Services.Tests.Cli.Output;

public sealed class ErrorOutputTests
{
    [Fact]
    public async Task A_program_gets_the_problem_as_the_control_plane_has_it()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With("POST /api/v1/clusters/trial/extend", """{"title":"The request is not valid","status":400,"errors":[{"field":"seconds","message":"out of range","allowed":"30 days"}]}""", 400);

        (await fake.RunAsync("extend", "trial", "40d", "-o", "json")).ShouldBe(ExitCode.Failed);

        JsonNode.DeepEquals(JsonNode.Parse(fake.Error.ToString()), JsonNode.Parse(fake.Answers["POST /api/v1/clusters/trial/extend"].Body)).ShouldBeTrue(fake.Error.ToString());
        fake.Output.ToString().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(ExitCode.Usage, "clutsers")]
    [InlineData(ExitCode.Usage, "logs", "trial")]
    [InlineData(ExitCode.Usage, "launch", "--output=json")]
    [InlineData(ExitCode.Failed, "cluster", "trial")]
    [InlineData(ExitCode.Failed, "delete", "trial")]
    [InlineData(ExitCode.NotRun, "exec", "trial/worker-0")]
    public async Task A_program_gets_one_line_of_JSON_whatever_is_wrong(int code, params string[] arguments)
    {
        await using var fake = await FakeControlPlane.StartAsync();

        (await fake.RunAsync([.. arguments, "-o", "json"])).ShouldBe(code);

        fake.Error.ToString().Trim().ShouldNotContain("\n");
        JsonNode.Parse(fake.Error.ToString())!["title"]!.GetValue<string>().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_program_is_told_that_no_control_plane_answers()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        var nowhere = fake.Surroundings() with { Environment = name => name == "DP_CONFIG" ? "/no/such/file" : null };

        (await CommandTree.RunAsync(["clusters", "-o", "json"], nowhere, CancellationToken.None)).ShouldBe(ExitCode.Unreachable);

        JsonNode.Parse(fake.Error.ToString())!["title"]!.GetValue<string>().ShouldContain("/no/such/file is not there");
    }
}
