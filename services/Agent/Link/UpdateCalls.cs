using DataPlatform.Core.Protocol.Link;

namespace DataPlatform.Services.Agent.Link;

/// <summary>Puts status updates together into calls.</summary>
internal static class UpdateCalls
{
    /// <summary>Well below what a master reads of one call: an executor may say much in one update.</summary>
    private const int MostBytes = 256 * 1024;

    /// <param name="most">That one call may carry; where it is one or none, each goes by itself.</param>
    public static IEnumerable<AgentCall> Of(IReadOnlyList<AgentCall.Types.Update> updates, int most)
    {
        var call = new AgentCall { Type = AgentCall.Types.Type.Updates };
        var bytes = 0;
        foreach (var update in updates)
        {
            var size = update.CalculateSize();
            if (call.Updates.Count > 0 && (call.Updates.Count >= most || bytes + size > MostBytes))
            {
                yield return Finished(call);
                (call, bytes) = (new AgentCall { Type = AgentCall.Types.Type.Updates }, 0);
            }

            call.Updates.Add(update);
            bytes += size;
        }

        if (call.Updates.Count > 0)
            yield return Finished(call);
    }

    /// <summary>One alone is the older call, which every master knows.</summary>
    private static AgentCall Finished(AgentCall call) =>
        call.Updates is [var single] ? new AgentCall { Type = AgentCall.Types.Type.Update, Update = single } : call;
}
