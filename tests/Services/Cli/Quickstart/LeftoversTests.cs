using System.Diagnostics;
using DataPlatform.Services.Cli.Quickstart;

namespace DataPlatform.Services.Tests.Cli.Quickstart;

public sealed class LeftoversTests : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("dp-leftovers-");
    private readonly List<Process> started = [];

    private Leftovers Leftovers => new(directory.FullName, $"dptest-{directory.Name}");

    [Fact]
    public async Task Ends_what_bears_the_mark_of_the_run()
    {
        var ours = Sleep(("DP_QUICKSTART_RUN", directory.FullName));
        var task = Sleep(("MESOS_SANDBOX", Path.Combine(directory.FullName, "agent-1", "sandbox")));

        (await Leftovers.EndProcessesAsync(Grace)).ShouldBe(2);

        ours.WaitForExit(5_000).ShouldBeTrue();
        task.WaitForExit(5_000).ShouldBeTrue();
        Leftovers.Processes().ShouldBeEmpty();
    }

    [Fact]
    public async Task Kills_what_does_not_hear()
    {
        var deaf = Start("/bin/sh", ["-c", "trap '' TERM; echo deaf; while :; do sleep 1; done"], ("DP_QUICKSTART_RUN", directory.FullName));
        (await deaf.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)).ShouldBe("deaf");

        await Leftovers.EndProcessesAsync(TimeSpan.FromMilliseconds(100));

        Leftovers.Processes().ShouldBeEmpty();
    }

    [Fact]
    public async Task Leaves_another_run_and_whoever_only_stands_in_the_directory_alone()
    {
        var another = Sleep(("DP_QUICKSTART_RUN", directory.FullName + "-2"));
        var visitor = Sleep(("PWD", directory.FullName));

        (await Leftovers.EndProcessesAsync(Grace)).ShouldBe(0);

        another.HasExited.ShouldBeFalse();
        visitor.HasExited.ShouldBeFalse();
    }

    [Fact]
    public async Task Ends_what_is_in_the_groups_of_the_run_without_its_mark()
    {
        const string controller = "/sys/fs/cgroup/freezer";
        var root = Directory.Exists(controller) ? controller : "/sys/fs/cgroup";
        var group = Path.Combine(root, $"dptest-{directory.Name}", "agent", "container");
        try
        {
            Directory.CreateDirectory(group);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Assert.Skip($"no cgroup can be made here: {error.Message}");
        }

        var member = Sleep();
        await File.WriteAllTextAsync(Path.Combine(group, "cgroup.procs"), member.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), TestContext.Current.CancellationToken);

        (await Leftovers.EndProcessesAsync(Grace)).ShouldBe(1);

        Leftovers.RemoveCgroups().ShouldBeEmpty();
        Directory.Exists(Path.Combine(root, $"dptest-{directory.Name}")).ShouldBeFalse();
    }

    public void Dispose()
    {
        foreach (var process in started)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        Leftovers.RemoveCgroups();
        directory.Delete(recursive: true);
    }

    private Process Sleep(params (string Name, string Value)[] environment) => Start("/bin/sleep", ["300"], environment);

    private Process Start(string program, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = directory.FullName, RedirectStandardOutput = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var process = Process.Start(start)!;
        started.Add(process);
        return process;
    }
}
