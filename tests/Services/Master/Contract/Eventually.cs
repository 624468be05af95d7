using System.Diagnostics;

namespace DataPlatform.Services.Tests.Master.Contract;

/// <summary>What becomes so without an event that says it.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public static async Task ShouldBeAsync<T>(Func<Task<T>> read, T expected)
    {
        var watch = Stopwatch.StartNew();
        for (var now = await read(); ; now = await read())
        {
            if (EqualityComparer<T>.Default.Equals(now, expected))
                return;
            if (watch.Elapsed > Patience)
                now.ShouldBe(expected);
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
