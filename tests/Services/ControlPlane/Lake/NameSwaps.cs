using System.Runtime.InteropServices;

namespace DataPlatform.Services.Tests.ControlPlane.Lake;

/// <summary>Exchanges two names for each other over and over, each time at once, as a task may do with what it may write.</summary>
internal sealed class NameSwaps : IDisposable
{
    private const int CurrentFolder = -100;
    private const uint Exchange = 2;

    private readonly Thread swapping;
    private volatile bool isOver;

    public NameSwaps(string one, string other)
    {
        if (Swap(one, other) != 0)
            throw new IOException($"{one} can't take the place of {other}: {Marshal.GetLastPInvokeErrorMessage()}");
        swapping = new Thread(() =>
        {
            while (!isOver)
                _ = Swap(one, other);
        });
        swapping.Start();
    }

    public void Dispose()
    {
        isOver = true;
        swapping.Join();
    }

    private static int Swap(string one, string other) => renameat2(CurrentFolder, one, CurrentFolder, other, Exchange);

    [DllImport("libc", SetLastError = true)]
    private static extern int renameat2(int fromFolder, string from, int toFolder, string to, uint flags);
}
