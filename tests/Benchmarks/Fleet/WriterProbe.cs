using System.Diagnostics;
using System.Net.Http.Headers;
using DataPlatform.Core.Protocol.Mesos;
using Google.Protobuf;

namespace DataPlatform.Benchmarks.Fleet;

/// <summary>How long the master's writer keeps a small call waiting, seen by a client.</summary>
internal sealed class WriterProbe(Uri master) : IAsyncDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = master };

    /// <summary>Asks again and again while <paramref name="work"/> runs.</summary>
    public async Task<(T Result, TimeSpan Took, double LongestMilliseconds)> LatencyAsync<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        // The connection is opened, and the call compiled, before anything counts.
        for (var warming = 0; warming < 50; warming++)
            await AskAsync(cancellation);
        var watch = Stopwatch.StartNew();
        var working = Task.Run(work, cancellation);
        double longest = 0;
        var took = TimeSpan.Zero;
        _ = working.ContinueWith(_ => took = watch.Elapsed, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        do
        {
            var asked = Stopwatch.GetTimestamp();
            await AskAsync(cancellation);
            longest = Math.Max(longest, Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
            await Task.Delay(1, cancellation);
        }
        while (!working.IsCompleted);
        var result = await working;
        return (result, took == TimeSpan.Zero ? watch.Elapsed : took, longest);
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A call of a framework that nobody knows: it is for the writer to say so.</summary>
    private async Task AskAsync(CancellationToken cancellation)
    {
        var call = new SchedulerCall { Type = SchedulerCall.Types.Type.Suppress, FrameworkId = new FrameworkID { Value = "nobody" } };
        var content = new ByteArrayContent(call.ToByteArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/scheduler") { Content = content };
        request.Headers.Add("Mesos-Stream-Id", "none");
        using var answer = await _http.SendAsync(request, cancellation);
    }
}
