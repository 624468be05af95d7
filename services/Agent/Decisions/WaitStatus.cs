namespace DataPlatform.Services.Agent.Decisions;

/// <summary>How wait(2) tells an end.</summary>
internal static class WaitStatus
{
    private const int Signalled = 128;
    private const int HighestSignal = 64;
    private const int BitsOfSignal = 8;

    /// <param name="status">As a shell tells it.</param>
    public static int Of(int status) => status is > Signalled and <= Signalled + HighestSignal ? status - Signalled : status << BitsOfSignal;
}
