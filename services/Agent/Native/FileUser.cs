using System.Runtime.InteropServices;

namespace DataPlatform.Services.Agent.Native;

/// <summary>Looks at files with another user's eyes: the kernel itself decides what that user may read.</summary>
internal static class FileUser
{
    /// <summary>
    /// Runs the action on a thread of its own whose file system user is the given one; the thread's other rights to files go with
    /// that. The caller stops waiting when it is cancelled, whatever holds the thread up; <paramref name="discard"/> then gets the late result.
    /// </summary>
    /// <param name="group">The user's own group.</param>
    /// <param name="name">Whose further groups count too; null for none.</param>
    /// <param name="action">Makes system calls only: code that is still to be loaded could not be read any more.</param>
    public static async Task<T> RunAsync<T>(uint user, uint group, string? name, Func<T> action, Action<T> discard, CancellationToken cancellation)
    {
        var groups = name is null ? [group] : GroupsOf(name, group);
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        // Told from a second thread: what tells it may have to start a thread of the pool, which inherits the user and would keep it.
        new Thread(() =>
        {
            T? result = default;
            Exception? problem = null;
            var looking = new Thread(() =>
            {
                try
                {
                    Become(user, group, groups);
                    result = action();
                }
                catch (Exception caught)
                {
                    problem = caught;
                }
            }) { IsBackground = true, Name = "another user's eyes" };
            looking.Start();
            looking.Join();
            if (problem is null)
                done.SetResult(result!);
            else
                done.SetException(problem);
        }) { IsBackground = true, Name = "waits for another user's eyes" }.Start();
        try
        {
            return await done.Task.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            _ = done.Task.ContinueWith(late => discard(late.Result), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            throw;
        }
    }

    private static unsafe void Become(uint user, uint group, uint[] groups)
    {
        // The C library's setgroups would change all threads; the kernel's own changes this one.
        nint setGroups = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => 116,
            Architecture.Arm64 => 159,
            var other => throw new PlatformNotSupportedException($"The number of setgroups is not known for {other}"),
        };
        fixed (uint* first = groups)
        {
            if (Libc.syscall(setGroups, groups.Length, (nint)first, 0, 0) != 0)
                throw new IOException($"Cannot take the groups of user {user}: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        _ = Libc.setfsgid(group);
        _ = Libc.setfsuid(user);
        // Both answer the id before, also when they fail: only asking again tells.
        if (Libc.setfsgid(group) != (int)group || Libc.setfsuid(user) != (int)user)
            throw new IOException($"Cannot look at files as user {user}");
    }

    private static unsafe uint[] GroupsOf(string name, uint group)
    {
        var count = 64;
        while (true)
        {
            var groups = new uint[count];
            fixed (uint* first = groups)
            {
                if (Libc.getgrouplist(name, group, first, &count) >= 0)
                    return groups[..count];
            }

            count = Math.Max(count, groups.Length * 2);
        }
    }
}
