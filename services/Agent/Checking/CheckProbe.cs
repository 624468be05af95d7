using System.Net;
using System.Net.Sockets;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;

namespace DataPlatform.Services.Agent.Checking;

/// <summary>Looks at a task once.</summary>
internal sealed class CheckProbe(ProcessWatch watch) : IDisposable
{
    // Joins the task's groups first, so that a check counts within the task's limits and ends with it.
    private const string JoinAndRun = "while [ \"$1\" != -- ]; do echo 0 > \"$1\" || exit 125; shift; done; shift; exec \"$@\"";

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

    public async Task<CheckResult> LookAsync(CheckPlan plan, TaskContext context, TimeSpan timeout, CancellationToken stop)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(stop);
        bound.CancelAfter(timeout);
        try
        {
            return plan switch
            {
                CheckPlan.Command command => await RunAsync(command, context, bound.Token),
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

    private async Task<CheckResult> RunAsync(CheckPlan.Command check, TaskContext context, CancellationToken bound)
    {
        var environment = new Dictionary<string, string>(context.Environment, StringComparer.Ordinal);
        TaskEnvironment.Add(environment, check.Info.Environment);
        var command = CommandLine.Of(check.Info);
        if (context.User is { } user)
            command = CommandLine.As(user, command);
        var pid = Spawn.Start(
            "/bin/sh", ["sh", "-c", JoinAndRun, "check", .. context.Joins, "--", .. command], environment, context.Sandbox, "/dev/null", "/dev/null");
        var ended = watch.WhenEnded(new ProcessIdentity(pid, ProcessStat.Of(pid)!.Value.StartTicks));
        try
        {
            return new CheckResult.Exit(await ended.WaitAsync(bound) ?? -1);
        }
        catch (OperationCanceledException)
        {
            _ = Libc.kill(-pid, Libc.SignalKill); // It leads its own group.
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
