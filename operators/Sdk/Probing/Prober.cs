using System.Net.Sockets;
using DataPlatform.Core.Client.Http;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Probing;

/// <summary>Asks running tasks whether they serve: often until they do, seldom afterwards.</summary>
internal sealed class Prober(Action<string, string?> report, TimeProvider clock) : IDisposable
{
    private const int FailuresBeforeReport = 3;
    private static readonly TimeSpan StartingPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ServingPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly HttpClient http = new(new FailedConnectionHandler(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(2) })) { Timeout = Patience };
    private readonly Dictionary<string, CancellationTokenSource> running = new(StringComparer.Ordinal);

    /// <summary>Starts probing; a task that is probed already is probed anew.</summary>
    public void Start(string taskId, ReadinessProbe probe)
    {
        Stop(taskId);
        if (probe is ReadinessProbe.Running)
        {
            report(taskId, null);
            return;
        }
        var stop = running[taskId] = new CancellationTokenSource();
        _ = WatchAsync(taskId, probe, stop.Token);
    }

    public void Stop(string taskId)
    {
        if (running.Remove(taskId, out var stop))
            stop.Cancel();
    }

    public void Dispose()
    {
        foreach (var taskId in running.Keys.ToList())
            Stop(taskId);
        http.Dispose();
    }

    private async Task WatchAsync(string taskId, ReadinessProbe probe, CancellationToken cancellationToken)
    {
        string? said = "";
        var failures = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            var whyNot = await AskAsync(probe, cancellationToken);
            if (cancellationToken.IsCancellationRequested)
                return;
            failures = whyNot is null ? 0 : failures + 1;
            // One lost answer of a task that served is no outage.
            if (whyNot != said && (said is not null || failures >= FailuresBeforeReport))
                report(taskId, said = whyNot);
            await Task.Delay(said is null ? ServingPause : StartingPause, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<string?> AskAsync(ReadinessProbe probe, CancellationToken cancellationToken)
    {
        try
        {
            switch (probe)
            {
                case ReadinessProbe.Tcp(var host, var port):
                    using (var socket = new Socket(SocketType.Stream, ProtocolType.Tcp))
                    {
                        await socket.ConnectAsync(host, port, cancellationToken).AsTask().WaitAsync(Patience, clock, cancellationToken);
                    }
                    return null;
                case ReadinessProbe.Http(var address, var judge):
                    using (var response = await http.GetAsync(address, cancellationToken))
                    {
                        return response.IsSuccessStatusCode ? judge(await response.Content.ReadAsStringAsync(cancellationToken)) : $"{address.AbsolutePath} answers {(int)response.StatusCode}";
                    }
                default:
                    return null;
            }
        }
        catch (SocketException refused)
        {
            return $"the port does not take connections yet ({refused.SocketErrorCode})";
        }
        catch (Exception silent) when (silent is HttpRequestException or OperationCanceledException or TimeoutException)
        {
            return silent is HttpRequestException ? "the port does not answer yet" : $"no answer within {Patience.TotalSeconds:0} s";
        }
        catch (Exception unexpected)
        {
            return $"the probe failed: {unexpected.Message}";
        }
    }
}
