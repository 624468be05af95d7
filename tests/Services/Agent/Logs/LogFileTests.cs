using System.Text;
using DataPlatform.Services.Agent.Logs;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Hosting.Files;

namespace DataPlatform.Services.Tests.Agent.Logs;

public sealed class LogFileTests : IDisposable
{
    private readonly string sandbox = Directory.CreateTempSubdirectory("dp-log-file-").FullName;

    public void Dispose() => Directory.Delete(sandbox, recursive: true);

    [Fact]
    public void Both_files_hold_the_newest_and_no_more_than_the_bound()
    {
        var written = new StringBuilder();
        var log = Log(100);
        for (var line = 0; line < 200; line++)
        {
            written.Append($"line {line}\n");
            log.Append(Encoding.ASCII.GetBytes($"line {line}\n"));
            (Text("stdout.1").Length + Text("stdout").Length).ShouldBeLessThanOrEqualTo(100);
        }

        var kept = Text("stdout.1") + Text("stdout");
        kept.Length.ShouldBeGreaterThan(45);
        written.ToString().ShouldEndWith(kept);
    }

    [Fact]
    public void What_is_larger_than_the_bound_is_cut_to_its_end()
    {
        var content = string.Concat(Enumerable.Range(0, 100).Select(number => $"{number},"));

        Log(60).Append(Encoding.ASCII.GetBytes(content));

        content.ShouldEndWith(Text("stdout.1") + Text("stdout"));
        Text("stdout.1").Length.ShouldBe(30);
    }

    [Fact]
    public void A_link_or_a_folder_in_the_place_of_a_log_is_left_alone()
    {
        var outside = Path.Combine(sandbox, "outside");
        File.WriteAllText(outside, "mine");
        File.CreateSymbolicLink(Path.Combine(sandbox, "stdout"), outside);
        Log(100).Append("lost"u8);
        File.ReadAllText(outside).ShouldBe("mine");

        File.Delete(Path.Combine(sandbox, "stdout"));
        Directory.CreateDirectory(Path.Combine(sandbox, "stdout.1"));
        for (var line = 0; line < 50; line++)
            Log(100).Append(Encoding.ASCII.GetBytes($"line {line}\n"));
        Text("stdout").ShouldEndWith("line 49\n");
        Text("stdout").Length.ShouldBeLessThanOrEqualTo(50);
    }

    [Fact]
    public void A_file_of_another_user_is_never_written_to()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can have a task of another user");
        File.WriteAllText(Path.Combine(sandbox, "stdout"), "root's");

        new LogFile(sandbox, "stdout", (65534, 65534), 100).Append("lost"u8);

        Text("stdout").ShouldBe("root's");
    }

    private LogFile Log(long maximumBytes) => new(sandbox, "stdout", (Libc.geteuid(), FileStatus.Of(sandbox)!.Value.Group), maximumBytes);

    private string Text(string name) => Path.Combine(sandbox, name) is var path && File.Exists(path) ? File.ReadAllText(path) : "";
}
