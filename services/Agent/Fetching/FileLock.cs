using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Hosting.Files;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Agent.Fetching;

/// <summary>A lock between all agents of a host. It goes with its holder, however that ends.</summary>
internal sealed class FileLock : IDisposable
{
    private const int Shared = 1;
    private const int Exclusive = 2;
    private const int NoWait = 4;
    private readonly SafeFileHandle handle;

    private FileLock(SafeFileHandle handle) => this.handle = handle;

    public static async Task<FileLock> TakeAsync(string path, bool exclusive, CancellationToken cancellation)
    {
        var descriptor = Libc.open(path, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.CloseOnExec, 0x1A4);
        if (descriptor < 0)
            throw new IOException($"Cannot open the lock '{path}': {System.Runtime.InteropServices.Marshal.GetLastPInvokeErrorMessage()}");
        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            // Asked again rather than waited for: a long transfer elsewhere must not hold a thread here.
            for (var pause = 1; Libc.flock(handle, (exclusive ? Exclusive : Shared) | NoWait) != 0; pause = Math.Min(pause * 2, 100))
                await Task.Delay(pause, cancellation);
            return new FileLock(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public void Dispose() => handle.Dispose();
}
