using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DataPlatform.Services.Agent.Native;

/// <summary>
/// System calls and the start of a program, for a thread that changes what it may and sees with them. Wherever such a thread first calls a
/// method, or once too often, the runtime may start another thread, to compile it; one whose children get process ids of their own can't
/// (clone(2): EINVAL), and the whole process ends with "Out of memory.". So all of the work is one method, compiled for good before, that
/// calls nothing but the C library, at addresses that are known before.
/// </summary>
internal unsafe struct ThreadWork
{
    // Lasts for one thread and is never deep.
    private const int Stack = 128 * 1024;

    private static readonly delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint> SystemCall =
        (delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint>)Export("syscall");

    private static readonly delegate* unmanaged<int*, byte*, void*, void*, byte**, byte**, int> StartProgram =
        (delegate* unmanaged<int*, byte*, void*, void*, byte**, byte**, int>)Export("posix_spawn");

    private static readonly delegate* unmanaged<int*> ErrorOfThread = (delegate* unmanaged<int*>)Export("__errno_location");

    // Runs through the whole of it once, compiled and bound, while the thread still may load what that needs.
    private static readonly bool Ready = Rehearse();

    // Copies: the method must not ask for static fields of classes.
    private delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint> systemCall;
    private delegate* unmanaged<int*, byte*, void*, void*, byte**, byte**, int> startProgram;
    private delegate* unmanaged<int*> errorOfThread;
    private Call* calls;
    private int count;

    /// <summary>Which of the calls failed first; -1 when none did.</summary>
    public int Failed;

    /// <summary>The error of that call, or of the start.</summary>
    public int Error;

    /// <summary>The program's, once it is started.</summary>
    public int ProcessId;

    /// <summary>What to start when no call fails; null for nothing.</summary>
    public byte* Path;
    public void* Actions;
    public void* Attributes;
    public byte** Arguments;
    public byte** Environment;

    /// <returns>To be freed.</returns>
    public static ThreadWork* Of(ReadOnlySpan<Call> calls) => Ready ? Make(calls) : throw new InvalidOperationException("not rehearsed");

    public static void Free(ThreadWork* work)
    {
        NativeMemory.Free(work->calls);
        NativeMemory.Free(work);
    }

    /// <param name="ownThread">The name of a thread that is never used again, as what it has given up it can't get back; null for this one.</param>
    public void RunOn(string? ownThread)
    {
        if (ownThread is null)
        {
            Run();
            return;
        }

        var address = (nint)Unsafe.AsPointer(ref this); // In native memory, where nothing moves.
        var thread = new Thread(
            [MethodImpl(MethodImplOptions.AggressiveOptimization)] () => ((ThreadWork*)address)->Run(), Stack)
        {
            IsBackground = true, Name = ownThread,
        };
        thread.Start();
        thread.Join();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Run()
    {
        Failed = -1;
        for (var index = 0; index < count; index++)
        {
            var call = calls + index;
            if (systemCall(call->Number, call->One, call->Two, call->Three, call->Four, call->Five) < 0 && !call->MayFail)
            {
                Error = *errorOfThread();
                Failed = index;
                return;
            }
        }

        if (Path is null)
            return;
        int pid;
        Error = startProgram(&pid, Path, Actions, Attributes, Arguments, Environment);
        ProcessId = pid;
    }

    private static ThreadWork* Make(ReadOnlySpan<Call> calls)
    {
        var work = (ThreadWork*)NativeMemory.AllocZeroed((nuint)sizeof(ThreadWork));
        work->systemCall = SystemCall;
        work->startProgram = StartProgram;
        work->errorOfThread = ErrorOfThread;
        work->count = calls.Length;
        work->calls = (Call*)NativeMemory.AllocZeroed((nuint)Math.Max(1, calls.Length), (nuint)sizeof(Call));
        calls.CopyTo(new Span<Call>(work->calls, calls.Length));
        return work;
    }

    private static bool Rehearse()
    {
        Rehearse([new Call { Number = -1, MayFail = true }]); // There is no such call, and no such program.
        Rehearse([new Call { Number = -1 }]);
        return true;
    }

    private static void Rehearse(ReadOnlySpan<Call> calls)
    {
        byte end = 0;
        byte* nothing = null;
        var work = Make(calls);
        work->Path = &end;
        work->Arguments = work->Environment = &nothing;
        work->RunOn("rehearsal");
        Free(work);
    }

    private static nint Export(string name) => NativeLibrary.GetExport(NativeLibrary.Load("libc", typeof(ThreadWork).Assembly, null), name);

    /// <summary>One system call; text and numbers that it names live elsewhere.</summary>
    internal struct Call
    {
        public nint Number;
        public nint One;
        public nint Two;
        public nint Three;
        public nint Four;
        public nint Five;

        /// <summary>Goes on all the same.</summary>
        public bool MayFail;
    }
}
