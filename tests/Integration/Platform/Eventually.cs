using System.Diagnostics;

namespace DataPlatform.Integration.Tests.Platform;

/// <summary>Waits for what must come true, and says what did not.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(30);

    public static Task HoldsAsync(Func<bool> condition, string what, Func<string>? evidence = null, TimeSpan? limit = null) =>
        HoldsAsync(() => Task.FromResult(condition()), what, evidence, limit);

    public static async Task HoldsAsync(Func<Task<bool>> condition, string what, Func<string>? evidence = null, TimeSpan? limit = null)
    {
        for (var watch = Stopwatch.StartNew(); !await condition(); await Task.Delay(20))
            if (watch.Elapsed > (limit ?? Usual)) throw new TimeoutException($"waited {watch.Elapsed.TotalSeconds:0} s in vain for {what}\n{evidence?.Invoke()}");
    }
}
