using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Tests.Agent.Running;

/// <summary>The master's side of the agent link, over real HTTP, told by the test what to say.</summary>
internal sealed class FakeMaster : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<AgentCall.Types.Update> updates = new();
    private readonly ConcurrentQueue<AgentCall.Types.Register> registrations = new();
    private readonly ConcurrentQueue<AgentCall.Types.ExecutorEnded> endedExecutors = new();
    private readonly ConcurrentQueue<AgentCall.Types.ExecutorMessage> executorMessages = new();
    private readonly ConcurrentQueue<int> updateCalls = new();
    private readonly SemaphoreSlim changed = new(0);
    private Channel<AgentEvent>? stream;
    private string streamId = "";
    private int pongs;

    private FakeMaster(WebApplication app) => this.app = app;

    public Uri Address => new(app.Urls.First());

    /// <summary>Acknowledge every update as a framework would; off to see retries.</summary>
    public bool Acknowledges { get; set; } = true;

    /// <summary>When set, registrations are answered with this status.</summary>
    public int? Refuses { get; set; }

    /// <summary>When set, this master follows: every call is answered with 307 to that one.</summary>
    public FakeMaster? Leader { get; set; }

    public string AgentId { get; set; } = "master-S0";

    /// <summary>What it says to be reserved on an agent that registers, volumes among it.</summary>
    public IReadOnlyList<Resource> Converted { get; set; } = [];

    /// <summary>That it takes in one call; 0: it is older than such calls.</summary>
    public int MostUpdates { get; set; } = 100;

    /// <summary>How many each call with updates carried.</summary>
    public IReadOnlyList<int> UpdateCalls => [.. updateCalls];

    public double PingInterval { get; set; } = 15;

    public string? Authorization { get; private set; }

    public int Pongs => Volatile.Read(ref pongs);

    public IReadOnlyList<AgentCall.Types.Register> Registrations => [.. registrations];

    public IReadOnlyList<AgentCall.Types.ExecutorEnded> EndedExecutors => [.. endedExecutors];

    public IReadOnlyList<AgentCall.Types.ExecutorMessage> ExecutorMessages => [.. executorMessages];

    public static async Task<FakeMaster> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        var app = builder.Build();
        var master = new FakeMaster(app);
        app.MapPost("/api/v1/agent-link", (RequestDelegate)master.HandleAsync);
        await app.StartAsync();
        return master;
    }

    public Task WaitForRegistrationAsync(int count = 1) => Eventually(() => registrations.Count >= count && stream is not null, $"{count} registrations");

    public void Say(AgentEvent message) => stream!.Writer.TryWrite(message).ShouldBeTrue();

    public void CutStream() => stream!.Writer.TryComplete();

    public IReadOnlyList<TaskReport> Reports(string taskId) =>
        updates.Select(each => each.Status).Where(each => each.TaskId.Value == taskId).DistinctBy(each => each.Uuid).ToList();

    public IReadOnlyList<AgentCall.Types.Update> Updates(string taskId) =>
        updates.Where(each => each.Status.TaskId.Value == taskId).ToList();

    public async Task<TaskReport> WaitForAsync(string taskId, TaskState state, int seconds = 20)
    {
        TaskReport? found = null;
        await Eventually(
            () => (found = Reports(taskId).FirstOrDefault(each => each.State == state)) is not null,
            $"{state} of {taskId}",
            seconds);
        return found!;
    }

    public async Task<TaskReport> WaitForAsync(string taskId, Func<TaskReport, bool> condition, string what)
    {
        TaskReport? found = null;
        await Eventually(() => (found = Reports(taskId).FirstOrDefault(condition)) is not null, what);
        return found!;
    }

    public async ValueTask DisposeAsync()
    {
        stream?.Writer.TryComplete();
        await app.StopAsync();
        await app.DisposeAsync();
    }

    public async Task Eventually(Func<bool> condition, string what, int seconds = 20)
    {
        var started = Stopwatch.StartNew();
        while (!condition())
        {
            if (started.Elapsed > TimeSpan.FromSeconds(seconds))
                throw new TimeoutException($"Waited {seconds} s for {what}; updates so far: {Seen()}");
            await changed.WaitAsync(TimeSpan.FromMilliseconds(20));
        }
    }

    private string Seen() => string.Join("; ", updates.Select(each => $"{each.Status.TaskId.Value} {each.Status.State} {each.Status.Message}"));

    private async Task HandleAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var call = AgentCall.Parser.ParseFrom(body.ToArray());
        Authorization = context.Request.Headers.Authorization;
        if (Leader is { } leader)
        {
            context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            context.Response.Headers.Location = $"//{leader.Address.Authority}{context.Request.Path}";
            return;
        }

        if (call.Type == AgentCall.Types.Type.Register)
        {
            await RegisterAsync(context, call.Register);
            return;
        }

        if (context.Request.Headers["Dataplatform-Stream-Id"] != streamId)
        {
            context.Response.StatusCode = 403;
            return;
        }

        if (call.Type == AgentCall.Types.Type.Pong)
            Interlocked.Increment(ref pongs);
        var told = call.Type switch
        {
            AgentCall.Types.Type.Update => [call.Update],
            AgentCall.Types.Type.Updates when MostUpdates > 0 => call.Updates.ToList(),
            AgentCall.Types.Type.Updates => throw new InvalidOperationException("UPDATES to a master that does not know it"),
            _ => [],
        };
        if (told.Count > 0)
            updateCalls.Enqueue(told.Count);
        foreach (var update in told)
        {
            updates.Enqueue(update);
            if (Acknowledges)
                Acknowledge(update);
        }

        if (call.Type == AgentCall.Types.Type.ExecutorMessage)
            executorMessages.Enqueue(call.ExecutorMessage);
        if (call.Type == AgentCall.Types.Type.ExecutorEnded)
            endedExecutors.Enqueue(call.ExecutorEnded);
        context.Response.StatusCode = 202;
        changed.Release();
    }

    public void Acknowledge(AgentCall.Types.Update update) => stream!.Writer.TryWrite(new AgentEvent
    {
        Type = AgentEvent.Types.Type.Acknowledge,
        Acknowledge = new AgentEvent.Types.Acknowledge
        {
            FrameworkId = update.FrameworkId,
            TaskId = update.Status.TaskId,
            Uuid = update.Status.Uuid,
        },
    });

    private async Task RegisterAsync(HttpContext context, AgentCall.Types.Register register)
    {
        if (Refuses is { } status)
        {
            registrations.Enqueue(register);
            context.Response.StatusCode = status;
            return;
        }

        var mine = Channel.CreateUnbounded<AgentEvent>();
        stream?.Writer.TryComplete();
        stream = mine;
        streamId = Guid.NewGuid().ToString();
        context.Response.Headers["Dataplatform-Stream-Id"] = streamId;
        context.Response.ContentType = "application/x-protobuf";
        await context.Response.StartAsync();
        await WriteAsync(context, new AgentEvent
        {
            Type = AgentEvent.Types.Type.Registered,
            Registered = new AgentEvent.Types.Registered
            {
                AgentId = new AgentID { Value = register.AgentInfo.Id?.Value ?? AgentId },
                PingIntervalSeconds = PingInterval,
                PingMisses = 5,
                ConvertedResources = { Converted },
                MostUpdates = MostUpdates,
            },
        });
        registrations.Enqueue(register);
        changed.Release();
        await foreach (var message in mine.Reader.ReadAllAsync(context.RequestAborted))
            await WriteAsync(context, message);
    }

    private static async Task WriteAsync(HttpContext context, AgentEvent message)
    {
        await context.Response.Body.WriteAsync(RecordIO.Encode(message.ToByteArray()));
        await context.Response.Body.FlushAsync();
    }
}
