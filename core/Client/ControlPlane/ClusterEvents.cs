using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace DataPlatform.Core.Client.ControlPlane;

/// <summary>The clusters in a stream of server-sent events; comments and events of other kinds are passed over.</summary>
public static class ClusterEvents
{
    /// <exception cref="UnreachableException">The stream broke off, or an event is not a cluster.</exception>
    public static async IAsyncEnumerable<ClusterDetail> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var items = SseParser.Create(stream, static (kind, data) => kind is "message" or "cluster" ? Parse(data) : null)
            .EnumerateAsync(cancellation).GetAsyncEnumerator(cancellation);
        while (await NextAsync(items))
            if (items.Current.Data is { } cluster) yield return cluster;
    }

    private static ClusterDetail? Parse(ReadOnlySpan<byte> data) => JsonSerializer.Deserialize(data, ControlPlaneJson.Default.ClusterDetail);

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<SseItem<ClusterDetail?>> items)
    {
        try
        {
            return await items.MoveNextAsync();
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            throw new UnreachableException("The control plane ended the stream of events", error);
        }
        catch (JsonException error)
        {
            throw new UnreachableException($"An event is not a cluster: {error.Message}", error);
        }
    }
}
