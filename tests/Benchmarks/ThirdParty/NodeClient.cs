using System.Diagnostics;
using System.Text.Json;
using DataPlatform.Benchmarks.Live;

namespace DataPlatform.Benchmarks.ThirdParty;

/// <summary>npm's mesos-framework, unchanged: a scheduler and an executor that this project's protocol code has no part in.</summary>
internal static class NodeClient
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "ThirdParty");

    /// <summary>Why the client can't be had; null when it is there.</summary>
    public static async Task<string?> InstallAsync(CancellationToken cancellation)
    {
        if (Directory.Exists(Path.Combine(Folder, "node_modules", "mesos-framework")))
            return null;
        try
        {
            await RunAsync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], cancellation);
            return null;
        }
        catch (InvalidOperationException problem)
        {
            return problem.Message;
        }
    }

    /// <summary>Tasks do not see all folders of a host.</summary>
    public static void CopyTo(string shared)
    {
        foreach (var file in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(shared, Path.GetRelativePath(Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    /// <summary>Gives tasks to one executor, both written with the client.</summary>
    public static async Task<NodeTimes> RunTasksAsync(LivePlatform platform, int tasks, CancellationToken cancellation)
    {
        var said = await RunAsync("node", [Path.Combine(Folder, "taskScheduler.js"), $"{platform.Address.Port}", $"{tasks}", Path.Combine(platform.Lake, "taskExecutor.js"), platform.Folder], cancellation);
        return JsonSerializer.Deserialize<NodeTimes>(said, JsonSerializerOptions.Web)!;
    }

    /// <exception cref="InvalidOperationException">It is not there, or did not end well.</exception>
    private static async Task<string> RunAsync(string program, string[] arguments, CancellationToken cancellation)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
            await using var ending = cancellation.Register(() => process.Kill(entireProcessTree: true));
            var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
            var output = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            await process.WaitForExitAsync(CancellationToken.None);
            cancellation.ThrowIfCancellationRequested();
            return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {(await errors).Trim()} {output.Trim()}");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new InvalidOperationException("node and npm are not installed (apt-get install nodejs npm)");
        }
    }
}

/// <param name="Seconds">From the first ACCEPT to the last TASK_FINISHED at the scheduler.</param>
/// <param name="Scheduler">Its processor time in seconds, until the last acknowledgement was taken.</param>
/// <param name="Executor">Its processor time in seconds, from its first task on.</param>
internal sealed record NodeTimes(double Seconds, double Scheduler, double Executor);
