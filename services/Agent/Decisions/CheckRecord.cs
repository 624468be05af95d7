using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;
using Google.Protobuf;

namespace DataPlatform.Services.Agent.Decisions;

/// <summary>Which results of one task's check are told: only what changes, and a failure after a success only when it has come as often in a row as the check says.</summary>
/// <param name="told">What was told last.</param>
public sealed class CheckRecord(CheckInfo check, CheckStatusInfo told)
{
    private uint failures;

    public CheckStatusInfo Told { get; private set; } = told;

    /// <returns>Whether it is to be told.</returns>
    public bool Observe(CheckStatusInfo seen)
    {
        failures = seen.WhyNotServing() is null ? 0 : failures + 1;
        var isTooFew = failures > 0 && failures < check.ConsecutiveFailures && Told.WhyNotServing() is null;
        // As bytes: to Equals a field that is 0 is like one that is not there.
        if (isTooFew || seen.ToByteString() == Told.ToByteString())
            return false;
        Told = seen;
        return true;
    }

    /// <summary>Before the first result and after the end: the kind alone.</summary>
    public static CheckStatusInfo NothingOf(CheckInfo check)
    {
        var status = new CheckStatusInfo { Type = check.Type };
        switch (check.Type)
        {
            case CheckInfo.Types.Type.Command:
                status.Command = new CheckStatusInfo.Types.Command();
                break;
            case CheckInfo.Types.Type.Http:
                status.Http = new CheckStatusInfo.Types.Http();
                break;
            case CheckInfo.Types.Type.Tcp:
                status.Tcp = new CheckStatusInfo.Types.Tcp();
                break;
            default:
                break;
        }

        return status;
    }
}
