using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using DataPlatform.Core.Protocol;

namespace DataPlatform.Services.Tests.Master;

/// <summary>One RecordIO answer of the master, read as it comes. Messages are JSON.</summary>
public sealed class OpenStream : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly HttpResponseMessage response;
    private readonly CancellationTokenSource closing = new();
    private readonly List<JsonNode> events = [];
    private readonly Task reading;

    private OpenStream(HttpResponseMessage response)
    {
        this.response = response;
        reading = Task.Run(ReadAsync);
    }

    public HttpStatusCode Status => response.StatusCode;

    public string? StreamId => response.Headers.TryGetValues("Mesos-Stream-Id", out var values) ? values.Single() : null;

    public string? ContentType => response.Content.Headers.ContentType?.MediaType;

    public bool ClosedByServer => reading.IsCompleted && !closing.IsCancellationRequested;

    public static async Task<OpenStream> PostAsync(HttpClient http, string path, JsonNode body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        request.Headers.Accept.ParseAdd("application/json");
        return new OpenStream(await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead));
    }

    /// <summary>Everything that came so far.</summary>
    public List<JsonNode> Events
    {
        get
        {
            lock (events)
                return [.. events];
        }
    }

    /// <summary>Waits for an event at or after <paramref name="from"/>, and answers it with its place.</summary>
    public async Task<(JsonNode Event, int Place)> WaitAsync(Func<JsonNode, bool> wanted, int from = 0)
    {
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            var all = Events;
            for (var i = from; i < all.Count; i++)
            {
                if (wanted(all[i]))
                    return (all[i], i);
            }

            if (deadline.Elapsed > Patience || reading.IsCompleted && Events.Count == all.Count)
                throw new TimeoutException($"The event did not come; from {from} there were: {string.Join("\n", all.Skip(from))}");
            await Task.Delay(2);
        }
    }

    public Task<(JsonNode Event, int Place)> WaitForTypeAsync(string type, int from = 0) =>
        WaitAsync(candidate => (string?)candidate["type"] == type, from);

    public async Task WaitForEndAsync() => await reading.WaitAsync(Patience);

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        response.Dispose();
        await reading;
        closing.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            if (!response.IsSuccessStatusCode)
                return;
            var reader = new RecordReader(await response.Content.ReadAsStreamAsync(closing.Token));
            while (await reader.ReadAsync(closing.Token) is { } record)
            {
                lock (events)
                    events.Add(JsonNode.Parse(record)!);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or HttpRequestException or ObjectDisposedException or RecordFormatException)
        {
            // The stream ended with one of its two ends.
        }
    }
}
