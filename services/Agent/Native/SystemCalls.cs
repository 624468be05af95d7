using System.Runtime.InteropServices;

namespace DataPlatform.Services.Agent.Native;

/// <summary>
/// System calls to be made one after the other by a thread that gives up its rights with them. All is laid out before, so
/// that the thread itself neither allocates nor loads anything, and starts no thread: see <see cref="ThreadWork"/>.
/// </summary>
internal sealed unsafe class SystemCalls : IDisposable
{
    private readonly List<ThreadWork.Call> calls = [];
    private readonly List<string> purposes = [];
    private readonly List<nint> memory = [];

    /// <param name="what">For the message when it fails: "Cannot ...".</param>
    /// <param name="mayFail">Goes on all the same.</param>
    public void Add(string what, nint number, nint one = 0, nint two = 0, nint three = 0, nint four = 0, nint five = 0, bool mayFail = false)
    {
        purposes.Add(what);
        calls.Add(new ThreadWork.Call { Number = number, One = one, Two = two, Three = three, Four = four, Five = five, MayFail = mayFail });
    }

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
    public (int Index, int Error) Make() => Make(ownThread: null);

    /// <summary>By a thread that is never used again: what it has joined or left it can't get back from.</summary>
    /// <exception cref="IOException">One of them failed.</exception>
    public void MakeOnOwnThread()
    {
        if (Make("system calls") is (>= 0 and var index, var error))
            throw Failure(index, error);
    }

    /// <summary>What is made first by a thread that then starts a program.</summary>
    public ThreadWork* Work() => ThreadWork.Of(CollectionsMarshal.AsSpan(calls));

    public IOException Failure(int index, int error) =>
        new($"Cannot {purposes[index]}: {Marshal.GetPInvokeErrorMessage(error)}", error);

    public void Dispose()
    {
        foreach (var each in memory)
            Marshal.FreeCoTaskMem(each);
        memory.Clear();
    }

    private (int Index, int Error) Make(string? ownThread)
    {
        var work = Work();
        try
        {
            work->RunOn(ownThread);
            return (work->Failed, work->Error);
        }
        finally
        {
            ThreadWork.Free(work);
        }
    }
}
