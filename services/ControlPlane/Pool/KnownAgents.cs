using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.ControlPlane.Pool;

/// <summary>
/// Which agents there are, for whoever asks often: the master is asked once in a while, and what it said last goes on to hold while it is
/// away. Thread safe.
/// </summary>
/// <param name="ask">Agents, and why they are not known.</param>
public sealed class KnownAgents(Func<CancellationToken, Task<(IReadOnlyList<HostView> Hosts, string? Away)>> ask, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim turn = new(1);
    private IReadOnlyList<HostView>? known;
    private string away = "";
    private long? asked;

    /// <returns>Null, with the reason, when they were never known.</returns>
    public async Task<(IReadOnlyList<HostView>? Hosts, string Away)> ReadAsync(CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            if (asked is { } before && time.GetElapsedTime(before) < AskEvery)
                return (known, away);
            var (hosts, why) = await ask(cancellation);
            asked = time.GetTimestamp();
            (known, away) = why is null ? (hosts, "") : (known, why);
            return (known, away);
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();
}
