using System.Collections.Concurrent;

namespace DataPlatform.Services.ControlPlane.Hosting;

/// <summary>However many ask the same, one is asked for all of them, and its answer serves as long as it is fresh. Thread safe.</summary>
/// <param name="kept">How long after it was asked for an answer that nobody looks at is remembered.</param>
public sealed class SharedAnswers<TKey, TAnswer>(TimeProvider time, TimeSpan kept)
    where TKey : notnull
    where TAnswer : class
{
    private readonly ConcurrentDictionary<TKey, Place> places = new();

    /// <param name="isFresh">Of an answer and how long ago it was asked for.</param>
    public async Task<TAnswer> OfAsync(TKey key, Func<TAnswer, TimeSpan, bool> isFresh, Func<Task<TAnswer>> ask, CancellationToken cancellation)
    {
        foreach (var (old, _) in places.Where(each => each.Value.At < time.GetUtcNow() - kept)) places.TryRemove(old, out _);
        var place = places.GetOrAdd(key, _ => new Place { At = time.GetUtcNow() });
        await place.Gate.WaitAsync(cancellation);
        try
        {
            if (place.Answer is { } known && isFresh(known, time.GetUtcNow() - place.At)) return known;
            place.At = time.GetUtcNow();
            return place.Answer = await ask();
        }
        finally
        {
            place.Gate.Release();
        }
    }

    private sealed class Place
    {
        public SemaphoreSlim Gate { get; } = new(1);

        public DateTimeOffset At { get; set; }

        public TAnswer? Answer { get; set; }
    }
}
