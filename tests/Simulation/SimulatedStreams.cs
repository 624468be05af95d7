namespace DataPlatform.Simulation.Tests;

/// <summary>Event streams of one kind: in order, lost with the master, and nobody hears of the other side's silence.</summary>
internal sealed class SimulatedStreams<T> where T : class
{
    private readonly Dictionary<string, Queue<T?>> streams = [];

    public void Open(string stream) => streams[stream] = new Queue<T?>();

    public void Send(string stream, T news) => streams.GetValueOrDefault(stream)?.Enqueue(news);

    /// <summary>After what was sent before.</summary>
    public void End(string stream) => streams.GetValueOrDefault(stream)?.Enqueue(null);

    /// <summary>False when there was none.</summary>
    public bool Cut(string stream) => streams.Remove(stream);

    /// <summary>The master is gone. Some of what it had sent may arrive all the same.</summary>
    public void CutAll(Random chance)
    {
        foreach (var (stream, waiting) in streams.ToList())
        {
            if (chance.Next(2) == 0)
                streams.Remove(stream);
            else
                waiting.Enqueue(null);
        }
    }

    /// <summary>False when the stream is broken; the event is null when nothing waits, and the stream then may still live.</summary>
    public bool TryReceive(string stream, out T? received)
    {
        received = null;
        if (!streams.TryGetValue(stream, out var waiting))
            return false;
        if (!waiting.TryDequeue(out received))
            return true;
        if (received is not null)
            return true;
        streams.Remove(stream);
        return false;
    }
}
