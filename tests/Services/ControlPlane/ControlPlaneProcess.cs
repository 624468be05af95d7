using System.Diagnostics;
using System.Text.Json.Nodes;
using DataPlatform.Services.Tests.Agent.Running;

namespace DataPlatform.Services.Tests.ControlPlane;

/// <summary>A real dp-control-plane on a free port, with a folder of its own that goes away with it.</summary>
public sealed class ControlPlaneProcess : IAsyncDisposable
{
    private const int Continue = 18;
    private const int Pause = 19;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder folder = new();
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private Process process = null!;

    private ControlPlaneProcess() => Directory.CreateDirectory(WorkDirectory);

    public string WorkDirectory => Path.Combine(folder.Path, "work");

    public Uri Url { get; private set; } = null!;

    /// <summary>Of an administrator; null while this one has never led.</summary>
    public string? Token => File.Exists(Path.Combine(folder.Path, "cli.json")) ? (string?)JsonNode.Parse(File.ReadAllText(Path.Combine(folder.Path, "cli.json")))!["token"] : null;

    public static Task<ControlPlaneProcess> StartAsync(params string[] flags) => StartAsync(_ => { }, flags);

    /// <param name="prepare">Gets the work directory, which is there.</param>
    public static async Task<ControlPlaneProcess> StartAsync(Action<string> prepare, params string[] flags)
    {
        var started = new ControlPlaneProcess();
        prepare(started.WorkDirectory);
        started.process = started.Begin(flags);
        var endpoint = Path.Combine(started.WorkDirectory, "endpoint");
        for (var watch = Stopwatch.StartNew(); !File.Exists(endpoint); await Task.Delay(20))
            (started.process.HasExited || watch.Elapsed > Patience).ShouldBeFalse("dp-control-plane did not start");
        started.Url = new Uri((await File.ReadAllTextAsync(endpoint)).Trim());
        return started;
    }

    /// <summary>One that is to refuse its start.</summary>
    /// <param name="prepare">Gets the work directory, which is there.</param>
    public static async Task<(int ExitCode, string Error)> RefusedAsync(Action<string> prepare, params string[] flags)
    {
        await using var refused = new ControlPlaneProcess();
        prepare(refused.WorkDirectory);
        refused.process = refused.Begin(flags);
        using var patience = new CancellationTokenSource(Patience);
        var error = refused.process.StandardError.ReadToEndAsync(patience.Token);
        await refused.process.WaitForExitAsync(patience.Token);
        return (refused.process.ExitCode, await error);
    }

    /// <summary>SIGSTOP: it does nothing and does not know that time passes.</summary>
    public void Halt() => Native.kill(process.Id, Pause).ShouldBe(0);

    public void GoOn() => Native.kill(process.Id, Continue).ShouldBe(0);

    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public async Task<string> HealthAsync()
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(Url, "/health"));
            return await answer.Content.ReadAsStringAsync();
        }
        catch (HttpRequestException gone) when (process.HasExited)
        {
            throw new InvalidOperationException($"dp-control-plane has ended with {process.ExitCode}: {await process.StandardError.ReadToEndAsync()}", gone);
        }
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string token)
    {
        using var request = new HttpRequestMessage(method, new Uri(Url, path));
        request.Headers.Authorization = new("Bearer", token);
        return await http.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        http.Dispose();
        folder.Dispose();
    }

    private Process Begin(string[] flags)
    {
        var begun = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "dp-control-plane"), [
            "--work-dir", WorkDirectory, "--port", "0", "--cli-config", Path.Combine(folder.Path, "cli.json"), .. flags])
        {
            RedirectStandardError = true, RedirectStandardOutput = true,
        })!;
        // What nobody reads must not hold it up.
        begun.OutputDataReceived += (_, _) => { };
        begun.BeginOutputReadLine();
        return begun;
    }
}
