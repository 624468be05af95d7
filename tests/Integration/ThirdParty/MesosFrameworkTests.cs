using System.Diagnostics;
using System.Text.Json;
using DataPlatform.Integration.Tests.Platform;

namespace DataPlatform.Integration.Tests.ThirdParty;

/// <summary>A scheduler that this project did not write: npm's mesos-framework, which speaks JSON.</summary>
public sealed class MesosFrameworkTests
{
    private const int Tasks = 3;

    [Fact]
    public async Task Registers_launches_and_finishes_tasks_through_our_master()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "ThirdParty");
        if (await InstallAsync(folder) is { } missing) Assert.Skip(missing);
        await using var platform = await PlatformProcesses.StartAsync(open: true);

        var (status, output) = await RunAsync(folder, "node", "scheduler.js", platform.MasterPort, $"{Tasks}", platform.Root);

        status.ShouldBe(0, output);
        var said = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        said[0].GetProperty("what").GetString().ShouldBe("subscribed");
        // The same update may come again until it is acknowledged.
        var states = said.Where(line => line.GetProperty("what").GetString() == "update")
            .Select(line => (Task: line.GetProperty("task").GetString(), State: line.GetProperty("state").GetString())).Distinct().Select(update => update.State).ToList();
        states.Count(state => state == "TASK_RUNNING").ShouldBe(Tasks);
        states.Count(state => state == "TASK_FINISHED").ShouldBe(Tasks);
        using var client = platform.Operator();
        var frameworks = await client.GetFrameworksAsync(CancellationToken.None);
        frameworks.Frameworks.ShouldBeEmpty();
        frameworks.CompletedFrameworks.ShouldHaveSingleItem().FrameworkInfo.Name.ShouldBe("third-party");
    }

    [Fact]
    public async Task Runs_tasks_under_an_executor_that_is_written_with_the_same_client()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "ThirdParty");
        if (await InstallAsync(folder) is { } missing) Assert.Skip(missing);
        await using var platform = await PlatformProcesses.StartAsync(open: true);

        // Tasks do not see every folder of the host, /tmp for one.
        var copied = await RunAsync(folder, "cp", "-r", folder, platform.Shared);
        copied.Status.ShouldBe(0, copied.Output);

        var (status, output) = await RunAsync(folder, "node", "executorScheduler.js", platform.MasterPort, Path.Combine(platform.Shared, "ThirdParty", "executor.js"), platform.Root);

        status.ShouldBe(0, output);
        var said = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        said.Where(line => line.GetProperty("what").GetString() == "update").Select(line => $"{line.GetProperty("task").GetString()} {line.GetProperty("state").GetString()}").Order()
            .ShouldBe(["first TASK_KILLED", "first TASK_RUNNING", "second TASK_KILLED", "second TASK_RUNNING"]);
        said.Single(line => line.GetProperty("what").GetString() == "message").GetProperty("data").GetString().ShouldBe("HELLO");
        var failure = said.Single(line => line.GetProperty("what").GetString() == "failure");
        (failure.GetProperty("executor").GetString(), failure.GetProperty("status").GetInt32()).ShouldBe(("third-party", 0));
    }

    /// <summary>Returns why the client can't be had; null when it is there.</summary>
    private static async Task<string?> InstallAsync(string folder)
    {
        if (Directory.Exists(Path.Combine(folder, "node_modules", "mesos-framework"))) return null;
        try
        {
            var (status, output) = await RunAsync(folder, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
            return status == 0 ? null : $"npm ci of mesos-framework failed: {output.Split('\n').FirstOrDefault(line => line.Contains("error", StringComparison.Ordinal))}";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "node and npm are not installed (apt-get install nodejs npm)";
        }
    }

    private static async Task<(int Status, string Output)> RunAsync(string folder, string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, process.ExitCode == 0 ? output : output + await errors);
    }
}
