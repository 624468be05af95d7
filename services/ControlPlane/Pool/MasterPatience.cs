using DataPlatform.Core.Client.Http;
using DataPlatform.Core.Protocol;
using DataPlatform.Services.ControlPlane.Settings;

namespace DataPlatform.Services.ControlPlane.Pool;

/// <summary>How the master is asked: within a bound of time, with a sentence for people when it does not answer.</summary>
internal static class MasterPatience
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <param name="ask">Not called when there is no master.</param>
    public static async Task<T> AskAsync<T>(ControlPlaneSettings settings, Func<CancellationToken, Task<T>> ask, Func<string, T> unreachable, CancellationToken cancellation)
    {
        if (settings.Master is null) return unreachable("no master is configured; give --master URL");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            return await ask(limit.Token);
        }
        catch (Exception error) when (error is HttpRequestException or MessageFormatException or MesosCallException or IOException)
        {
            return unreachable(LostMaster.Describe(settings.Master, error));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return unreachable($"the master at {settings.Master} did not answer within {Patience.TotalSeconds:0} s");
        }
    }
}
