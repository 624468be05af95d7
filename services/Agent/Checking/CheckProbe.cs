using System.Net;
using System.Net.Sockets;
using DataPlatform.Core.Client.Http;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Agent.Networks;

namespace DataPlatform.Services.Agent.Checking;

/// <summary>A task that is looked at.</summary>
internal sealed record CheckedTask(string ContainerId, ProcessIdentity Supervisor, TaskContext Context);

/// <summary>Looks at a task once.</summary>
internal sealed class CheckProbe(TaskProcesses processes, ProcessWatch watch) : IDisposable
{
    private static readonly HttpRequestOptionsKey<CheckedTask> Checked = new("task");

    // As Mesos: the certificate of a task on this very host is its own affair, and a redirect is an answer.
#pragma warning disable CA5359 // Only loopback is asked, and only for its status.
    private readonly HttpClient http = new(new FailedConnectionHandler(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.Zero,
        ConnectCallback = ConnectAsync,
        SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
    }))
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
                CheckPlan.Http get => await GetAsync(get, task, bound.Token),
                CheckPlan.Tcp tcp => await ConnectAsync(tcp, task, bound.Token),
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

    private async Task<CheckResult> GetAsync(CheckPlan.Http check, CheckedTask task, CancellationToken bound)
    {
        var host = check.Address.Contains(':', StringComparison.Ordinal) ? $"[{check.Address}]" : check.Address;
        var path = check.Path.StartsWith('/') || check.Path.Length == 0 ? check.Path : "/" + check.Path;
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{check.Scheme}://{host}:{check.Port}{path}"));
        request.Options.Set(Checked, task);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, bound);
        return new CheckResult.HttpStatus((int)response.StatusCode);
    }

    /// <summary>Where the task listens, be it in a network of its own.</summary>
    private static Socket OpenSocket(CheckedTask task) =>
        task.Context.Network.IsOwn ? NetworkNamespace.OpenSocket(task.Supervisor) : new Socket(SocketType.Stream, ProtocolType.Tcp);

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext connection, CancellationToken bound)
    {
        _ = connection.InitialRequestMessage.Options.TryGetValue(Checked, out var task);
        var socket = OpenSocket(task!);
        try
        {
            socket.NoDelay = true;
            await socket.ConnectAsync(connection.DnsEndPoint, bound);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<CheckResult> ConnectAsync(CheckPlan.Tcp check, CheckedTask task, CancellationToken bound)
    {
        using var socket = OpenSocket(task);
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
