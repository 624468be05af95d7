using System.Runtime.InteropServices;

namespace DataPlatform.Services.Hosting.Processes;

/// <summary>Turns the first SIGINT or SIGTERM (and whatever else is named) into a cancellation; the second one ends the process.</summary>
public sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration[] registrations;

    public StopSignals(params PosixSignal[] others) =>
        registrations = [.. others.Concat([PosixSignal.SIGINT, PosixSignal.SIGTERM]).Select(signal => PosixSignalRegistration.Create(signal, Handle))];

    public CancellationToken Token => source.Token;

    public void Dispose()
    {
        foreach (var registration in registrations)
            registration.Dispose();
        source.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        if (source.IsCancellationRequested)
            return;
        context.Cancel = true;
        source.Cancel();
    }
}
