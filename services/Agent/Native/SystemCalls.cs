using System.Runtime.InteropServices;

namespace DataPlatform.Services.Agent.Native;

/// <summary>
/// System calls to be made one after the other by a thread that gives up its rights with them. All is laid out before, so
/// that the thread itself neither allocates nor loads anything.
/// </summary>
internal sealed unsafe class SystemCalls : IDisposable
{
    private readonly List<Call> calls = [];
    private readonly List<nint> memory = [];

    /// <param name="what">For the message when it fails: "Cannot ...".</param>
    /// <param name="mayFail">Goes on all the same.</param>
    public void Add(string what, nint number, nint one = 0, nint two = 0, nint three = 0, nint four = 0, nint five = 0, bool mayFail = false) =>
        calls.Add(new Call(what, number, one, two, three, four, five, mayFail));

    /// <summary>A C string that lives as long as this.</summary>
    public nint Text(string text)
    {
        var copy = Marshal.StringToCoTaskMemUTF8(text);
        memory.Add(copy);
        return copy;
    }

    /// <summary>Numbers in a row that live as long as this.</summary>
    public nint Numbers(params ReadOnlySpan<uint> numbers)
    {
        var copy = Marshal.AllocCoTaskMem(Math.Max(1, numbers.Length) * sizeof(uint));
        memory.Add(copy);
        numbers.CopyTo(new Span<uint>((void*)copy, numbers.Length));
        return copy;
    }

    /// <summary>Index of the first call that failed and its error; -1 when none did.</summary>
    public (int Index, int Error) Make()
    {
        for (var index = 0; index < calls.Count; index++)
        {
            var call = calls[index];
            if (Libc.systemCall(call.Number, call.One, call.Two, call.Three, call.Four, call.Five) < 0 && !call.MayFail)
                return (index, Marshal.GetLastPInvokeError());
        }

        return (-1, 0);
    }

    /// <summary>By a thread that is never used again: what it has joined or left it can't get back from.</summary>
    /// <exception cref="IOException">One of them failed.</exception>
    public void MakeOnOwnThread()
    {
        var failed = (Index: -1, Error: 0);
        var thread = new Thread(() => failed = Make()) { IsBackground = true, Name = "system calls" };
        thread.Start();
        thread.Join();
        if (failed.Index >= 0)
            throw Failure(failed.Index, failed.Error);
    }

    public IOException Failure(int index, int error) =>
        new($"Cannot {calls[index].What}: {Marshal.GetPInvokeErrorMessage(error)}", error);

    public void Dispose()
    {
        foreach (var each in memory)
            Marshal.FreeCoTaskMem(each);
        memory.Clear();
    }

    private readonly record struct Call(string What, nint Number, nint One, nint Two, nint Three, nint Four, nint Five, bool MayFail);
}
