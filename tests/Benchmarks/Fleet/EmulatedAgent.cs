using System.Globalization;
using System.Net.Http.Headers;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using Google.Protobuf;

namespace DataPlatform.Benchmarks.Fleet;

/// <summary>
/// Speaks the agent link as an agent does, runs nothing: a task is RUNNING at once, and FINISHED as soon as that is acknowledged, or else
/// serves until it is killed.
/// </summary>
/// <param name="streams">Holds a stream for every agent: a connection of its own, or one that it shares.</param>
/// <param name="calls">Shares few connections among all agents.</param>
/// <param name="isLasting">Tasks run on, and their checks succeed.</param>
internal sealed class EmulatedAgent(int number, IReadOnlyList<Resource> resources, HttpClient streams, HttpClient calls, FleetCounters counters, bool isLasting = false)
{
    private const string StreamIdHeader = "Dataplatform-Stream-Id";
    private readonly Dictionary<string, TaskRecord> _tasks = [];
    private readonly Dictionary<string, CheckInfo.Types.Type> _unchecked = [];
    private readonly AgentInfo _info = new() { Hostname = $"host-{number.ToString(CultureInfo.InvariantCulture)}", Port = 5051, Resources = { resources } };
    private string _streamId = "";

    /// <summary>As if these had been started long ago and their updates acknowledged; the next registration tells of them.</summary>
    public void Hold(IReadOnlyList<FrameworkID> frameworks, int tasks, IReadOnlyList<Resource> taskResources)
    {
        for (var count = 0; count < tasks; count++)
        {
            var id = new TaskID { Value = $"held-{number}-{count}" };
            var record = new TaskRecord
            {
                Name = "held", TaskId = id, FrameworkId = frameworks[(number + count) % frameworks.Count], AgentId = _info.Id, State = TaskState.TaskRunning, Resources = { taskResources },
            };
            record.Statuses.Add(Status(id, TaskState.TaskRunning));
            _tasks[id.Value] = record;
        }
    }

    /// <summary>Registers, follows the stream, and registers again whenever it breaks.</summary>
    public async Task RunAsync(SemaphoreSlim registering, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(registering, cancellation);
            }
            catch (Exception error) when (error is IOException or HttpRequestException or RecordFormatException or OperationCanceledException)
            {
                if (cancellation.IsCancellationRequested)
                    return;
                counters.StreamBroke(error.Message);
            }

            // As the agent's own back-off, which keeps a fleet from coming back in the same instant.
            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(1000)), cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FollowAsync(SemaphoreSlim registering, CancellationToken cancellation)
    {
        var call = new AgentCall { Type = AgentCall.Types.Type.Register, Register = new() { AgentInfo = _info, Version = "1.0.0" } };
        if (_info.Id is not null)
            call.AgentId = _info.Id;
        call.Register.Tasks.Add(_tasks.Values);
        call.Register.Frameworks.Add(_tasks.Values.Select(task => task.FrameworkId.Value).Distinct().Select(BenchFramework.Of));
        HttpResponseMessage response;
        await registering.WaitAsync(cancellation);
        try
        {
            response = await streams.SendAsync(Post(call, streams), HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        finally
        {
            registering.Release();
        }

        using (response)
        {
            if (!response.IsSuccessStatusCode)
                throw new HttpRequestException($"REGISTER is answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellation)}");
            _streamId = response.Headers.GetValues(StreamIdHeader).Single();
            var reader = new RecordReader(await response.Content.ReadAsStreamAsync(cancellation));
            while (await reader.ReadAsync(cancellation) is { } record)
                await HandleAsync(AgentEvent.Parser.ParseFrom(record), cancellation);
        }

        throw new IOException("the master ended the stream");
    }

    private Task HandleAsync(AgentEvent news, CancellationToken cancellation)
    {
        switch (news.Type)
        {
            case AgentEvent.Types.Type.Registered:
                _info.Id = news.Registered.AgentId;
                counters.Registered();
                return Task.CompletedTask;
            case AgentEvent.Types.Type.Ping:
                return SendAsync(new AgentCall { Type = AgentCall.Types.Type.Pong }, cancellation);
            case AgentEvent.Types.Type.RunTask:
                var (framework, task) = (news.RunTask.Framework, news.RunTask.Task);
                counters.TaskLaunched();
                _tasks[task.TaskId.Value] = new TaskRecord
                {
                    Name = task.Name, TaskId = task.TaskId, FrameworkId = framework.Id, AgentId = _info.Id, State = TaskState.TaskStaging, Resources = { task.Resources },
                };
                if (task.Check is { } check)
                    _unchecked[task.TaskId.Value] = check.Type;
                return UpdateAsync(_tasks[task.TaskId.Value], TaskState.TaskRunning, cancellation);
            case AgentEvent.Types.Type.Acknowledge when _tasks.TryGetValue(news.Acknowledge.TaskId.Value, out var known) && known.Statuses[^1].Uuid.Equals(news.Acknowledge.Uuid):
                if (known.State == TaskState.TaskRunning && isLasting)
                    return _unchecked.Remove(known.TaskId.Value, out var type) ? UpdateAsync(known, TaskState.TaskRunning, cancellation, Succeeded(type)) : Task.CompletedTask;
                if (known.State == TaskState.TaskRunning)
                    return UpdateAsync(known, TaskState.TaskFinished, cancellation);
                _tasks.Remove(known.TaskId.Value);
                counters.TaskFinished();
                return Task.CompletedTask;
            case AgentEvent.Types.Type.KillTask when _tasks.TryGetValue(news.KillTask.TaskId.Value, out var killed) && killed.State == TaskState.TaskRunning:
                return UpdateAsync(killed, TaskState.TaskKilled, cancellation);
            case AgentEvent.Types.Type.ApplyOperation:
                return SendAsync(new AgentCall
                {
                    Type = AgentCall.Types.Type.UpdateOperation, UpdateOperation = new() { Uuid = news.ApplyOperation.Uuid, State = OperationState.OperationFinished },
                }, cancellation);
            case AgentEvent.Types.Type.Refused:
                throw new IOException($"the master refuses the agent: {news.Refused.Message}");
            case AgentEvent.Types.Type.Shutdown:
                _info.Id = null;
                _tasks.Clear();
                throw new IOException($"the master gave the agent up: {news.Shutdown.Message}");
            default:
                return Task.CompletedTask;
        }
    }

    private Task UpdateAsync(TaskRecord task, TaskState state, CancellationToken cancellation, CheckStatusInfo? check = null)
    {
        task.State = state;
        task.Statuses.Add(Status(task.TaskId, state));
        if (check is not null)
            task.Statuses[^1].CheckStatus = check;
        return SendAsync(new AgentCall
        {
            Type = AgentCall.Types.Type.Update, Update = new() { FrameworkId = task.FrameworkId, Status = task.Statuses[^1], LatestState = state },
        }, cancellation);
    }

    private static CheckStatusInfo Succeeded(CheckInfo.Types.Type type) => type switch
    {
        CheckInfo.Types.Type.Http => new() { Type = type, Http = new() { StatusCode = 200 } },
        CheckInfo.Types.Type.Command => new() { Type = type, Command = new() { ExitCode = 0 } },
        _ => new() { Type = type, Tcp = new() { Succeeded = true } },
    };

    private TaskReport Status(TaskID task, TaskState state) => new()
    {
        TaskId = task, State = state, Source = TaskReport.Types.Source.Executor, AgentId = _info.Id, ExecutorId = new ExecutorID { Value = task.Value },
        Uuid = ByteString.CopyFrom(Guid.NewGuid().ToByteArray()), Timestamp = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0,
    };

    private async Task SendAsync(AgentCall call, CancellationToken cancellation)
    {
        call.AgentId = _info.Id;
        using var request = Post(call, calls);
        request.Headers.Add(StreamIdHeader, _streamId);
        using var answer = await calls.SendAsync(request, cancellation);
        if (!answer.IsSuccessStatusCode)
            counters.UpdateRefused($"{call.Type} is answered {(int)answer.StatusCode}");
    }

    private static HttpRequestMessage Post(AgentCall call, HttpClient by)
    {
        var content = new ByteArrayContent(call.ToByteArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        return new HttpRequestMessage(HttpMethod.Post, "/api/v1/agent-link") { Content = content, Version = by.DefaultRequestVersion, VersionPolicy = by.DefaultVersionPolicy };
    }
}
