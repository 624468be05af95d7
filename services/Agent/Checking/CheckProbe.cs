using System.Net;
using System.Net.Sockets;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;

namespace DataPlatform.Services.Agent.Checking;

/// <summary>A task that is looked at.</summary>
internal sealed record CheckedTask(string ContainerId, ProcessIdentity Supervisor, TaskContext Context);

/// <summary>Looks at a task once.</summary>
internal sealed class CheckProbe(TaskProcesses processes, ProcessWatch watch) : IDisposable
{
    // As Mesos: the certificate of a task on this very host is its own affair, and a redirect is an answer.
#pragma warning disable CA5359 // Only loopback is asked, and only for its status.
    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.Zero,
        SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };
#pragma warning restore CA5359

    public async Task<CheckResult> LookAsync(CheckPlan plan, CheckedTask task, TimeSpan timeout, CancellationToken stop)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(stop);
        bound.CancelAfter(timeout);
        try
        {
            return plan switch
            {
                CheckPlan.Command command => await RunAsync(command, task, bound.Token),
                CheckPlan.Http get => await GetAsync(get, bound.Token),
                CheckPlan.Tcp tcp => await ConnectAsync(tcp, bound.Token),
                _ => throw new InvalidOperationException($"Unhandled check {plan}"),
            };
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new CheckResult.NoAnswer($"it took longer than {timeout.TotalSeconds:0.###} seconds");
        }
        catch (Exception problem) when (problem is IOException or HttpRequestException or UriFormatException)
        {
            return new CheckResult.NoAnswer(problem.Message);
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<CheckResult> RunAsync(CheckPlan.Command check, CheckedTask task, CancellationToken bound)
    {
        var environment = new Dictionary<string, string>(task.Context.Environment, StringComparer.Ordinal);
        TaskEnvironment.Add(environment, check.Info.Environment);
        var process = processes.StartBeside(
            task.ContainerId, task.Supervisor, task.Context with { Environment = environment }, CommandLine.Of(check.Info));
        var ended = watch.WhenEnded(process);
        try
        {
            return new CheckResult.Exit(await ended.WaitAsync(bound) ?? -1);
        }
        catch (OperationCanceledException)
        {
            _ = Libc.kill(-process.Pid, Libc.SignalKill); // It leads its own group.
            throw;
        }
    }

    private async Task<CheckResult> GetAsync(CheckPlan.Http check, CancellationToken bound)
    {
        var host = check.Address.Contains(':', StringComparison.Ordinal) ? $"[{check.Address}]" : check.Address;
        var path = check.Path.StartsWith('/') || check.Path.Length == 0 ? check.Path : "/" + check.Path;
        using var response = await http.GetAsync(new Uri($"{check.Scheme}://{host}:{check.Port}{path}"), HttpCompletionOption.ResponseHeadersRead, bound);
        return new CheckResult.HttpStatus((int)response.StatusCode);
    }

    private static async Task<CheckResult> ConnectAsync(CheckPlan.Tcp check, CancellationToken bound)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Parse(check.Address), check.Port, bound);
            return new CheckResult.Connected(true, "");
        }
        catch (SocketException problem)
        {
            return new CheckResult.Connected(false, problem.Message);
        }
    }
}
