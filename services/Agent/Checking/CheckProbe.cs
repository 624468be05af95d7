using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using DataPlatform.Core.Client.Http;
using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Agent.Networks;

namespace DataPlatform.Services.Agent.Checking;

/// <summary>A task that is looked at.</summary>
internal sealed record CheckedTask(string ContainerId, ProcessIdentity Supervisor, TaskContext Context);

/// <summary>Looks at a task once.</summary>
/// <param name="own">This host's address, by which others reach its tasks.</param>
internal sealed class CheckProbe(TaskProcesses processes, ProcessWatch watch, IPAddress own) : IDisposable
{
    private static readonly HttpRequestOptionsKey<CheckedTask> Checked = new("task");

    // As Mesos: the certificate of a task on this very host is its own affair, and a redirect is an answer.
#pragma warning disable CA5359 // Only this host is asked, and nothing secret is told.
    private readonly HttpClient http = new(new FailedConnectionHandler(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.Zero,
        ConnectCallback = (connection, bound) => ConnectAsync(connection, own, bound),
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
        catch (Exception problem) when (problem is IOException or HttpRequestException or UriFormatException or RegexMatchTimeoutException)
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
        return new CheckResult.HttpStatus((int)response.StatusCode, check.Expect?.IsMatch(await BeginningAsync(response, bound)));
    }

    private static async Task<string> BeginningAsync(HttpResponseMessage response, CancellationToken bound)
    {
        var bytes = new byte[BodyExpectation.BodyBytes];
        await using var body = await response.Content.ReadAsStreamAsync(bound);
        return Encoding.UTF8.GetString(bytes, 0, await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, bound));
    }

    /// <summary>
    /// By loopback, as Mesos does; and where nothing listens there, by the address of this host, which is the only one that many engines are
    /// told to listen on. A network of the task's own has no such address.
    /// </summary>
    private static async Task<Socket> ConnectAsync(CheckedTask task, IPAddress loopback, IPAddress own, int port, CancellationToken bound)
    {
        try
        {
            return await ConnectAsync(task, loopback, port, bound);
        }
        catch (SocketException refused) when (
            refused.SocketErrorCode == SocketError.ConnectionRefused && !task.Context.Network.IsOwn && own.AddressFamily == loopback.AddressFamily && !own.Equals(loopback))
        {
            return await ConnectAsync(task, own, port, bound);
        }
    }

    private static async Task<Socket> ConnectAsync(CheckedTask task, IPAddress address, int port, CancellationToken bound)
    {
        var socket = OpenSocket(task);
        try
        {
            socket.NoDelay = true;
            await socket.ConnectAsync(address, port, bound);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Where the task listens, be it in a network of its own.</summary>
    private static Socket OpenSocket(CheckedTask task) =>
        task.Context.Network.IsOwn ? NetworkNamespace.OpenSocket(task.Supervisor) : new Socket(SocketType.Stream, ProtocolType.Tcp);

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext connection, IPAddress own, CancellationToken bound)
    {
        _ = connection.InitialRequestMessage.Options.TryGetValue(Checked, out var task);
        var target = connection.DnsEndPoint;
        return new NetworkStream(await ConnectAsync(task!, IPAddress.Parse(target.Host), own, target.Port, bound), ownsSocket: true);
    }

    private async Task<CheckResult> ConnectAsync(CheckPlan.Tcp check, CheckedTask task, CancellationToken bound)
    {
        try
        {
            using var socket = await ConnectAsync(task, IPAddress.Parse(check.Address), own, check.Port, bound);
            return new CheckResult.Connected(true, "");
        }
        catch (SocketException problem)
        {
            return new CheckResult.Connected(false, problem.Message);
        }
    }
}
