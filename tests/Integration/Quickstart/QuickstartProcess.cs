using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using DataPlatform.Core.Client.Http;
using DataPlatform.Core.Client.Scheduler;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Integration.Tests.Platform;
using DataPlatform.Services.Cli.Quickstart;
using DataPlatform.Services.Hosting.Credentials;

namespace DataPlatform.Integration.Tests.Quickstart;

/// <summary>A real <c>dp quickstart</c> in a directory of its own, in a terminal of its own where a test asks for that.</summary>
internal sealed partial class QuickstartProcess : IAsyncDisposable
{
    public const int HangUp = 1;
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(60);
    private readonly DirectoryInfo root;
    private readonly StringBuilder output = new();
    private readonly Process process;
    private readonly QuickstartSettings settings;

    private QuickstartProcess(DirectoryInfo root, bool terminal)
    {
        this.root = root;
        settings = new QuickstartSettings(Path.Combine(root.FullName, "work"), null, null, 0, false);
        // Whoever runs the tests in the background has its children ignore SIGINT and SIGHUP.
        string[] command = ["/usr/bin/env", "--default-signal=INT,HUP", Locate(), "quickstart", "--work-dir", settings.Directory, "--port", "0"];
        // script(1) is the terminal: when it is killed the kernel hangs up on everything that ran in it.
        var start = terminal
            ? new ProcessStartInfo("/usr/bin/script", ["-q", "-e", "-c", $"/bin/sh -c '{string.Join(' ', command)}; exit $?'", "/dev/null"])
            : new ProcessStartInfo(command[0], command[1..]);
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        start.Environment.Remove("DP_CONFIG");
        start.Environment["HOME"] = root.FullName;
        start.Environment["XDG_CONFIG_HOME"] = Path.Combine(root.FullName, "config");
        var environment = new Dictionary<string, string>();
        EngineArtifacts.Withhold(environment, root.FullName);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Output
    {
        get
        {
            lock (output) return output.ToString();
        }
    }

    public int ExitCode => process.ExitCode;

    public Leftovers Leftovers => new(settings.Run, settings.CgroupRoot);

    public static QuickstartProcess Start(bool terminal = false) => new(Directory.CreateTempSubdirectory("dp-quickstart-"), terminal);

    /// <summary>Another run in the directory of one that has ended.</summary>
    public static QuickstartProcess StartAfter(QuickstartProcess earlier) => new(earlier.root, false);

    public Task SaysAsync(string text) => Eventually.HoldsAsync(() => Output.Contains(text, StringComparison.Ordinal) || process.HasExited, $"'{text}'", () => Output, EndLimit);

    /// <summary>Launches what does not end by itself, as the control plane would, and waits until it runs.</summary>
    public async Task TaskRunsAsync()
    {
        await SaysAsync("3 hosts");
        var master = new Uri((await File.ReadAllTextAsync(Path.Combine(settings.PartDirectory("master"), "endpoint"))).Trim());
        var credential = CredentialFile.ReadOne("credential", Path.Combine(settings.Secrets, "control-plane.json"));
        await using var framework = new TestFramework(new SchedulerClientSettings(master, credential), "quickstart-tests");
        await framework.SubscribeAsync();
        await framework.LaunchAsync(await framework.OfferAsync(), "sleeps", "/bin/sleep", "600");
        await framework.ReportAsync("sleeps", TaskState.TaskRunning);
    }

    public void Signal(int signal) => _ = Send(process.Id, signal);

    public void Type(char key)
    {
        process.StandardInput.Write(key);
        process.StandardInput.Flush();
    }

    public Task EndsAsync() => Eventually.HoldsAsync(() => process.HasExited, "the quickstart to end", () => Output, EndLimit);

    /// <summary>What of the run is on the machine: its processes, cgroups and mounts.</summary>
    public IReadOnlyList<string> Left() =>
        [.. Leftovers.Processes().Select(each => $"process {each.Id}: {each.Command}"), .. Leftovers.Cgroups().Select(each => $"cgroup {each}"), .. Leftovers.Mounts().Select(each => $"mount {each}")];

    public Task NothingIsLeftAsync(TimeSpan limit) =>
        Eventually.HoldsAsync(() => Left().Count == 0, "nothing to be left", () => $"{string.Join('\n', Left())}\n{Output}", limit);

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        await Leftovers.EndProcessesAsync(TimeSpan.FromSeconds(5));
        Leftovers.RemoveCgroups();
        if (root.Exists) root.Delete(recursive: true);
    }

    private static string Locate()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        return Path.Combine(output.Parent!.Parent!.FullName, "DataPlatform.Services.Cli", output.Name, "dp");
    }

    private void Append(string? line)
    {
        if (line is null) return;
        lock (output) output.AppendLine(line);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int process, int signal);
}
