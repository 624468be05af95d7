using System.Collections.Concurrent;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Hosting.Serving.Streams;

/// <summary>The open streams of those who listen, by id.</summary>
public sealed class StreamTable(ILogger<StreamTable> log)
{
    private readonly ConcurrentDictionary<string, EventStream> streams = new();

    public void Add(EventStream stream) => streams[stream.Id] = stream;

    public void Remove(EventStream stream)
    {
        streams.TryRemove(stream.Id, out _);
        if (stream.WasTooSlow)
            log.LogWarning("stream {Id} was cut off: its reader let more wait than a stream may hold", stream.Id);
    }

    public void Send(string streamId, IMessage message)
    {
        if (streams.TryGetValue(streamId, out var stream))
            stream.Send(message);
    }

    public void Complete(string streamId)
    {
        if (streams.TryGetValue(streamId, out var stream))
            stream.Complete();
    }

    public void CompleteAll()
    {
        foreach (var stream in streams.Values)
            stream.Complete();
    }
}
