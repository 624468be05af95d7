using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using DataPlatform.Services.Hosting.Files;
using DataPlatform.Services.Tests.Agent.Running;

namespace DataPlatform.Services.Tests.Hosting.Serving;

/// <summary>One of the services as a process that may open few descriptors, with credentials of its own.</summary>
internal sealed class BoundedProcess : IAsyncDisposable
{
    public const int Descriptors = 400;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dp-bounded-");
    private readonly StringBuilder log = new();
    private readonly Process process;

    private BoundedProcess(string program, bool open)
    {
        Program = program;
        var credentials = Path.Combine(folder.FullName, "credentials");
        AtomicFile.Write(credentials, """{"credentials":[{"principal":"ops","secret":"sesame"}]}""");
        var rules = Path.Combine(folder.FullName, "acls");
        AtomicFile.Write(rules, """{"permissive":true}""");
        string[] own = program switch
        {
            "dp-master" => open ? [] : ["--credentials", credentials, "--acls", rules],
            "dp-agent" => ["--master", "http://127.0.0.1:1", "--resources", "cpus:1;mem:64;disk:64", .. open ? (string[])[] : ["--http-credentials", credentials, "--acls", rules]],
            _ => ["--cli-config", Path.Combine(folder.FullName, "cli.json")],
        };
        process = Process.Start(new ProcessStartInfo("/usr/bin/prlimit", [
            $"--nofile={Descriptors}", Path.Combine(AppContext.BaseDirectory, program), "--work-dir", Work, "--port", "0", .. own])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Program { get; }

    public Uri Endpoint { get; private set; } = null!;

    public bool HasExited => process.HasExited;

    public string Log
    {
        get
        {
            lock (log)
                return log.ToString();
        }
    }

    private string Work => Path.Combine(folder.FullName, "work");

    /// <param name="open">Without credentials.</param>
    public static async Task<BoundedProcess> StartAsync(string program, bool open = false)
    {
        var started = new BoundedProcess(program, open);
        var endpoint = Path.Combine(started.Work, "endpoint");
        for (var watch = Stopwatch.StartNew(); !File.Exists(endpoint); await Task.Delay(20))
        {
            if (started.HasExited || watch.Elapsed > Patience)
                throw new InvalidOperationException($"{program} did not start: {started.Log}");
        }

        started.Endpoint = new Uri((await File.ReadAllTextAsync(endpoint)).Trim());
        return started;
    }

    /// <summary>A call that needs to know who calls, over a new connection.</summary>
    public async Task<int> CallAsync(string? authorization = null)
    {
        using var http = new HttpClient { BaseAddress = Endpoint, Timeout = Patience };
        using var request = Program == "dp-control-plane"
            ? new HttpRequestMessage(HttpMethod.Get, "/api/v1/packages")
            : new HttpRequestMessage(HttpMethod.Post, "/api/v1") { Content = new StringContent("""{"type":"GET_VERSION"}""", Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Authorization", authorization ?? await RightAsync());
        using var answer = await http.SendAsync(request);
        return (int)answer.StatusCode;
    }

    public async Task<string> RightAsync() => Program == "dp-control-plane"
        ? "Bearer " + (string)JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder.FullName, "cli.json")))!["token"]!
        : "Basic " + Convert.ToBase64String("ops:sesame"u8);

    public async ValueTask DisposeAsync()
    {
        // Asked, not killed: a killed agent can't remove its cgroups.
        if (!process.HasExited)
            _ = Native.kill(process.Id, 15);
        using var patience = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(patience.Token);
        process.Dispose();
        folder.Delete(recursive: true);
    }

    private void Append(string? line)
    {
        lock (log)
            log.AppendLine(line);
    }
}
