using System.Runtime.InteropServices;

namespace DataPlatform.Services.Cli.Quickstart;

/// <summary>
/// While a platform runs no signal ends the command before the platform: a closed terminal hangs up twice, people press Ctrl-C again.
/// </summary>
public sealed class EndingSignals : IDisposable
{
    private readonly CancellationTokenSource hurry = new();
    private readonly PosixSignalRegistration[] registrations;
    private int interrupts;

    public EndingSignals() => registrations =
        [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, Handle))];

    /// <summary>Whoever pressed Ctrl-C twice wants it gone now, not in order.</summary>
    public CancellationToken Hurry => hurry.Token;

    public void Dispose()
    {
        foreach (var registration in registrations) registration.Dispose();
        hurry.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (context.Signal == PosixSignal.SIGINT && Interlocked.Increment(ref interrupts) > 1) hurry.Cancel();
    }
}
