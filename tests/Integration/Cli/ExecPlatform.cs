using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Integration.Tests.Engines;
using DataPlatform.Integration.Tests.Platform;

namespace DataPlatform.Integration.Tests.Cli;

/// <summary>A platform of real processes with one small cluster, and <c>dp</c> as people start it.</summary>
public sealed class ExecPlatform : IAsyncLifetime
{
    public const string Task = "trial/scheduler";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private PlatformProcesses? platform;
    private ControlPlaneClient? client;

    /// <summary>Why there is no cluster here; null when there is.</summary>
    public string? Missing { get; private set; }

    internal PlatformProcesses Platform => platform!;

    /// <summary>Ready; only where nothing is missing.</summary>
    public ClusterDetail Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        // The tasks are Debian's own programs: nothing has to be fetched.
        Missing = File.Exists("/usr/bin/dask-scheduler") ? null : "python3-distributed of Debian is not installed (apt-get install python3-distributed)";
        if (Missing is not null) return;
        platform = await PlatformProcesses.StartAsync();
        client = await platform.StartControlPlaneAsync(debianOnly: true);
        Missing = (await client.PackageAsync("dask")).UnavailableReason;
        if (Missing is null) Cluster = await client.LaunchAsync(platform, "dask", "trial", new JsonObject { ["workers"] = 1 });
    }

    /// <param name="config">A person's own, by default that of the platform's administrator.</param>
    public Task<(int Status, string Output, string Error)> ExecAsync(string? config, byte[] input, params string[] arguments) => RunAsync(Program, ["exec", .. arguments], config, input);

    /// <summary>In a terminal of its own, which tells what is shown there.</summary>
    public async Task<(int Status, string Shown)> ExecInTerminalAsync(int rows, int columns, string arguments)
    {
        var (status, shown, _) = await RunAsync("/usr/bin/script", ["-q", "-e", "-c", $"stty rows {rows} cols {columns} && exec {Program} exec {arguments}", "/dev/null"], null, []);
        return (status, shown);
    }

    /// <summary>The configuration of somebody with another token.</summary>
    public string ConfigWith(string token)
    {
        var path = Path.Combine(Platform.Root, "other.json");
        var config = JsonNode.Parse(File.ReadAllText(Platform.CliConfig))!;
        config["token"] = token;
        File.WriteAllText(path, config.ToJsonString());
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    public async ValueTask DisposeAsync()
    {
        if (Cluster is not null) await client!.DeleteAndWaitAsync("trial");
        client?.Dispose();
        if (platform is not null) await platform.DisposeAsync();
    }

    private async Task<(int Status, string Output, string Error)> RunAsync(string program, string[] arguments, string? config, byte[] input)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        (start.Environment["DP_CONFIG"], start.Environment["TERM"]) = (config ?? Platform.CliConfig, "vt100");
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Limit);
        var (output, error) = (new MemoryStream(), process.StandardError.ReadToEndAsync(limit.Token));
        var reading = process.StandardOutput.BaseStream.CopyToAsync(output, limit.Token);
        await process.StandardInput.BaseStream.WriteAsync(input, limit.Token);
        // script(1) takes the end of its input for that of its program.
        if (program == Program) process.StandardInput.Close();
        await reading;
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, Encoding.Latin1.GetString(output.ToArray()), await error);
    }

    private static string Program
    {
        get
        {
            var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
            return Path.Combine(output.Parent!.Parent!.FullName, "DataPlatform.Services.Cli", output.Name, "dp");
        }
    }
}
