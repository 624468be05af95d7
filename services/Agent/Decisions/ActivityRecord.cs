using DataPlatform.Core.Protocol.Mesos;
using Google.Protobuf;

namespace DataPlatform.Services.Agent.Decisions;

/// <summary>Which looks at what one task does are told: those that saw something else, and now and then one to show that it was looked.</summary>
public sealed class ActivityRecord(ActivityInfo activity)
{
    private readonly TimeSpan tellWithin = TimeSpan.FromSeconds(double.IsFinite(activity.TellWithinSeconds) ? Math.Clamp(activity.TellWithinSeconds, 1, 3600) : 60);
    private ByteString? told;
    private TimeSpan toldAt;

    /// <param name="now">On the steady clock.</param>
    /// <returns>Whether it is to be told.</returns>
    public bool Observe(ActivityReport report, TimeSpan now)
    {
        var seen = new ActivityReport { Seen = { report.Seen } }.ToByteString();
        if (seen.Equals(told) && now - toldAt < tellWithin)
            return false;
        (told, toldAt) = (seen, now);
        return true;
    }
}
