using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using Google.Protobuf;

namespace DataPlatform.Services.Tests.Master;

/// <summary>Speaks the agent link to a real master and does with tasks what the test tells it to.</summary>
public sealed class FakeAgent : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly HttpClient http;
    private readonly List<AgentEvent> events = [];
    private CancellationTokenSource closing = new();
    private HttpResponseMessage? response;
    private Task reading = Task.CompletedTask;
    private string? streamId;

    public FakeAgent(Uri master, string resources = "cpus:64;mem:65536;disk:100000;ports:[31000-32000]", string hostname = "127.0.0.1", string? login = null)
    {
        http = new HttpClient { BaseAddress = master };
        if (login is not null)
            http.DefaultRequestHeaders.Authorization = TestFramework.Basic(login);
        Info = new AgentInfo { Hostname = hostname, Port = 5051 };
        Info.Resources.Add(ResourceText.Parse(resources).ToMessages());
    }

    public AgentInfo Info { get; }

    public string Id => Info.Id.Value;

    /// <summary>What it would register with; the test keeps it in step with what it pretends.</summary>
    public Dictionary<string, TaskRecord> Tasks { get; } = [];

    public Dictionary<string, FrameworkInfo> Frameworks { get; } = [];

    /// <summary>Off, it is as if the host were not there.</summary>
    public bool AnswersPings { get; set; } = true;

    /// <summary>Called for every RUN_TASK, on the reading task.</summary>
    public Func<FakeAgent, TaskInfo, FrameworkInfo, Task> OnRun { get; set; } = (_, _, _) => Task.CompletedTask;

    /// <summary>Called for every KILL_TASK, on the reading task.</summary>
    public Func<FakeAgent, AgentEvent.Types.KillTask, Task> OnKill { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Called for every APPLY_OPERATION, on the reading task.</summary>
    public Func<FakeAgent, AgentEvent.Types.ApplyOperation, Task> OnOperation { get; set; } = (_, _) => Task.CompletedTask;

    public List<AgentEvent> Events
    {
        get
        {
            lock (events)
                return [.. events];
        }
    }

    public async Task<AgentEvent> RegisterAsync()
    {
        var call = new AgentCall { Type = AgentCall.Types.Type.Register, Register = new() { AgentInfo = Info, Version = "1.0.0" } };
        call.Register.Tasks.Add(Tasks.Values);
        call.Register.Frameworks.Add(Frameworks.Values);
        closing = new CancellationTokenSource();
        response = await http.SendAsync(Post(call), HttpCompletionOption.ResponseHeadersRead);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        streamId = response.Headers.GetValues("Dataplatform-Stream-Id").Single();
        var before = Events.Count;
        reading = Task.Run(ReadAsync);
        var first = await WaitAsync(candidate => candidate.Type is AgentEvent.Types.Type.Registered
            or AgentEvent.Types.Type.Refused or AgentEvent.Types.Type.Shutdown, before);
        if (first.Registered is { } registered)
            Info.Id = registered.AgentId;
        return first;
    }

    /// <summary>Sends a status as an executor would, and keeps it as the agent's own truth.</summary>
    public async Task<HttpStatusCode> UpdateAsync(FrameworkID framework, TaskReport status, TaskState? latest = null)
    {
        if (Tasks.TryGetValue(status.TaskId.Value, out var task))
        {
            task.State = latest ?? status.State;
            task.Statuses.Add(status);
        }

        return await SendAsync(new AgentCall
        {
            Type = AgentCall.Types.Type.Update,
            Update = new() { FrameworkId = framework, Status = status, LatestState = latest ?? status.State },
        });
    }

    public TaskReport Status(string taskId, TaskState state) => new()
    {
        TaskId = new TaskID { Value = taskId },
        State = state,
        Source = TaskReport.Types.Source.Executor,
        AgentId = Info.Id,
        ExecutorId = new ExecutorID { Value = taskId },
        Uuid = ByteString.CopyFrom(Guid.NewGuid().ToByteArray()),
        Timestamp = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0,
    };

    public async Task<HttpStatusCode> SendAsync(AgentCall call)
    {
        using var request = Post(call);
        request.Headers.Add("Dataplatform-Stream-Id", streamId);
        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }

    public async Task<AgentEvent> WaitAsync(Func<AgentEvent, bool> wanted, int from = 0)
    {
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            if (Events.Skip(from).FirstOrDefault(wanted) is { } found)
                return found;
            if (deadline.Elapsed > Patience)
                throw new TimeoutException($"The agent was not told; it was: {string.Join("\n", Events.Skip(from))}");
            await Task.Delay(2);
        }
    }

    /// <summary>As when the agent's process ends: the stream is cut.</summary>
    public async Task DisconnectAsync()
    {
        await closing.CancelAsync();
        response?.Dispose();
        await reading;
    }

    public async ValueTask DisposeAsync()
    {
        await DisconnectAsync();
        http.Dispose();
        closing.Dispose();
    }

    private static HttpRequestMessage Post(AgentCall call)
    {
        var content = new ByteArrayContent(call.ToByteArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        return new HttpRequestMessage(HttpMethod.Post, "/api/v1/agent-link") { Content = content };
    }

    private async Task ReadAsync()
    {
        var cancellation = closing.Token;
        try
        {
            var reader = new RecordReader(await response!.Content.ReadAsStreamAsync(cancellation));
            while (await reader.ReadAsync(cancellation) is { } record)
            {
                var news = AgentEvent.Parser.ParseFrom(record);
                lock (events)
                    events.Add(news);
                await FollowAsync(news);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or HttpRequestException or ObjectDisposedException or RecordFormatException)
        {
            // The stream ended with one of its two ends.
        }
    }

    private async Task FollowAsync(AgentEvent news)
    {
        switch (news.Type)
        {
            case AgentEvent.Types.Type.Ping when AnswersPings:
                await SendAsync(new AgentCall { Type = AgentCall.Types.Type.Pong });
                break;
            case AgentEvent.Types.Type.RunTask:
                var (framework, task) = (news.RunTask.Framework, news.RunTask.Task);
                Frameworks[framework.Id.Value] = framework;
                Tasks[task.TaskId.Value] = new TaskRecord
                {
                    Name = task.Name, TaskId = task.TaskId, FrameworkId = framework.Id, AgentId = task.AgentId,
                    State = TaskState.TaskStaging, Resources = { task.Resources },
                };
                await OnRun(this, task, framework);
                break;
            case AgentEvent.Types.Type.KillTask:
                await OnKill(this, news.KillTask);
                break;
            case AgentEvent.Types.Type.ApplyOperation:
                await OnOperation(this, news.ApplyOperation);
                break;
            case AgentEvent.Types.Type.Acknowledge:
                if (Tasks.TryGetValue(news.Acknowledge.TaskId.Value, out var known)
                    && known.State is TaskState.TaskFinished or TaskState.TaskFailed or TaskState.TaskKilled or TaskState.TaskDropped
                    && known.Statuses[^1].Uuid.Equals(news.Acknowledge.Uuid))
                    Tasks.Remove(known.TaskId.Value);
                break;
            default:
                break;
        }
    }
}
