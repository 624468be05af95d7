using DataPlatform.Services.Agent.Native;

namespace DataPlatform.Services.Tests.Agent.Fetching;

public sealed class FileUserTests
{
    private const uint Nobody = 65534;

    /// <summary>
    /// A thread starts with the rights of the one that starts it, and the pool starts one from whatever thread has work for it: one with
    /// another user's eyes would go on as that user with all that comes later.
    /// </summary>
    [Fact]
    public async Task Who_looked_with_another_users_eyes_leaves_no_thread_that_still_does()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root may look with another user's eyes");
        for (var look = 0; look < 50; look++)
            (await FileUser.RunAsync(Nobody, Nobody, null, CurrentFileUser, _ => { }, TestContext.Current.CancellationToken)).ShouldBe((int)Nobody);

        // What only ends is gone soon; a thread of the pool stays for 20 s.
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        bound.CancelAfter(TimeSpan.FromSeconds(10));
        while (ThreadsOfNobody() > 0)
            await Task.Delay(50, bound.Token);
    }

    /// <summary>An id that nobody has changes nothing: setfsuid(2) answers the one before.</summary>
    private static int CurrentFileUser() => Libc.setfsuid(uint.MaxValue);

    private static int ThreadsOfNobody() => Directory.EnumerateDirectories("/proc/self/task").Count(thread =>
    {
        try
        {
            var ids = File.ReadLines(Path.Combine(thread, "status")).First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t');
            return ids[^1] == "65534";
        }
        catch (Exception ended) when (ended is IOException or InvalidOperationException)
        {
            return false;
        }
    });
}
