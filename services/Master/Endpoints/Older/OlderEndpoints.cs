using System.Globalization;
using System.Text.Json;
using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Hosting.Security;
using DataPlatform.Services.Master.Settings;
using CallType = DataPlatform.Core.Protocol.Mesos.OperatorCall.Types.Type;

namespace DataPlatform.Services.Master.Endpoints.Older;

/// <summary>
/// What was read by GET before the operator API, and still is by tools of the Mesos world: field names and shapes are theirs. What
/// the caller may not see is left out, as in the operator API.
/// </summary>
internal sealed class OlderEndpoints(MasterRuntime master, Callers callers, MasterSettings settings)
{
    private const int UsualTasks = 100;

    public Task StateAsync(HttpContext context) => ReadAsync(context, (json, pool) =>
    {
        WriteMaster(json, pool);
        OlderAgents.WriteLists(json, pool);
        OlderAgents.WriteRecovered(json, pool);
        OlderFrameworks.WriteLists(json, pool);
        // As long empty in Mesos as unregistered_frameworks, and looked for as much.
        json.WriteStartArray("orphan_tasks");
        json.WriteEndArray();
    });

    public Task SummaryAsync(HttpContext context) => ReadAsync(context, (json, pool) =>
    {
        json.WriteString("hostname", pool.Master.MasterInfo.Hostname);
        var tasks = pool.Tasks.ToLookup(task => task.FrameworkId.Value);
        OlderAgents.WriteLists(json, pool, agent =>
        {
            var own = pool.AllByAgent[agent.AgentInfo.Id.Value];
            OlderTasks.WriteCounts(json, own);
            WriteIds(json, "framework_ids", own.Select(task => task.FrameworkId.Value));
        });
        json.WriteStartArray("frameworks");
        foreach (var framework in pool.State.GetFrameworks.Frameworks)
        {
            var own = tasks[framework.FrameworkInfo.Id.Value];
            json.WriteStartObject();
            OlderFrameworks.WriteBrief(json, framework);
            OlderTasks.WriteCounts(json, own);
            WriteIds(json, "slave_ids", own.Select(task => task.AgentId.Value));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    public Task AgentsAsync(HttpContext context) => ReadAsync(context, (json, pool) =>
    {
        OlderAgents.WriteLists(json, pool, agent => OlderAgents.WriteFull(json, agent));
        OlderAgents.WriteRecovered(json, pool);
    });

    public Task FrameworksAsync(HttpContext context) => ReadAsync(context, OlderFrameworks.WriteLists);

    public Task RolesAsync(HttpContext context) => ReadAsync(context, OlderRoles.WriteList);

    /// <summary>The newest first; limit, offset, order=asc, framework_id and task_id choose.</summary>
    public async Task TasksAsync(HttpContext context)
    {
        var query = context.Request.Query;
        if (!TryNumber(query["limit"], UsualTasks, out var limit) || !TryNumber(query["offset"], 0, out var offset))
        {
            await Answers.RefuseAsync(context, StatusCodes.Status400BadRequest, "limit and offset are whole numbers of 0 or more");
            return;
        }

        var (framework, task) = (query["framework_id"].ToString(), query["task_id"].ToString());
        await ReadAsync(context, (json, pool) =>
        {
            var chosen = pool.Tasks.Where(candidate => (framework.Length == 0 || candidate.FrameworkId.Value == framework)
                && (task.Length == 0 || candidate.TaskId.Value == task));
            chosen = query["order"] == "asc" ? chosen.OrderBy(Newest).ThenBy(Id, StringComparer.Ordinal)
                : chosen.OrderByDescending(Newest).ThenByDescending(Id, StringComparer.Ordinal);
            OlderTasks.WriteList(json, "tasks", chosen.Skip(offset).Take(limit));
        });
    }

    public Task WeightsAsync(HttpContext context) => AnswerAsync(context, CallType.GetWeights, (json, answer) =>
    {
        json.WriteStartArray();
        foreach (var weight in answer?.GetWeights?.WeightInfos ?? [])
        {
            json.WriteStartObject();
            json.WriteNumber("weight", weight.Weight);
            json.WriteString("role", weight.Role);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    public Task QuotaAsync(HttpContext context) => AnswerAsync(context, CallType.GetQuota, (json, answer) =>
        json.WriteRawValue(MessageCodec.Json.Encode(answer?.GetQuota?.Status ?? new QuotaStatus())));

    public async Task FlagsAsync(HttpContext context)
    {
        if (await ReaderAsync(context) is not { } caller)
            return;
        if (settings.Pool.Access.WhyNot(caller, AccessAction.ViewFlags, subject: null) is { } forbidden)
        {
            await Answers.RefuseAsync(context, StatusCodes.Status403Forbidden, forbidden);
            return;
        }

        await WriteAsync(context, json => WriteObject(json, WriteFlags));
    }

    private void WriteMaster(Utf8JsonWriter json, OlderPool pool)
    {
        var info = pool.Master.MasterInfo;
        var active = pool.State.GetAgents.Agents.Count(agent => agent.Active);
        json.WriteString("version", MasterVersion.Text);
        json.WriteString("build_date", MasterVersion.BuildDate);
        json.WriteNumber("build_time", MasterVersion.BuildTime);
        json.WriteString("build_user", MasterVersion.BuildUser);
        json.WriteNumber("start_time", pool.Master.StartTime);
        json.WriteNumber("elected_time", pool.Master.ElectedTime);
        json.WriteString("id", info.Id);
        json.WriteString("pid", info.Pid);
        json.WriteString("hostname", info.Hostname);
        OlderArrays.Write(json, "capabilities", info.Capabilities.Select(capability => WireName.Of(capability.Type)));
        json.WriteNumber("activated_slaves", active);
        json.WriteNumber("deactivated_slaves", pool.State.GetAgents.Agents.Count - active);
        json.WriteNumber("unreachable_slaves", pool.UnreachableAgents);
        json.WriteString("leader", info.Pid);
        json.WriteStartObject("leader_info");
        json.WriteString("id", info.Id);
        json.WriteString("pid", info.Pid);
        json.WriteNumber("port", info.Port);
        json.WriteString("hostname", info.Hostname);
        json.WriteEndObject();
        if (settings.Pool.Access.WhyNot(pool.Caller, AccessAction.ViewFlags, subject: null) is null)
            WriteFlags(json);
    }

    private void WriteFlags(Utf8JsonWriter json)
    {
        json.WriteStartObject("flags");
        foreach (var (name, value) in settings.Flags)
            json.WriteString(name.Replace('-', '_'), value);
        json.WriteEndObject();
    }

    private async Task ReadAsync(HttpContext context, Action<Utf8JsonWriter, OlderPool> write)
    {
        if (await ReaderAsync(context) is not { } caller)
            return;
        var visibility = new Visibility(settings.Pool.Access, caller);
        var pool = await master.Replica.ReadAsync(state => OlderPool.Of(state, visibility, caller), context.RequestAborted);
        await WriteAsync(context, json => WriteObject(json, open => write(open, pool)));
    }

    private async Task AnswerAsync(HttpContext context, CallType call, Action<Utf8JsonWriter, OperatorResponse?> write)
    {
        if (await ReaderAsync(context) is not { } caller)
            return;
        var visibility = new Visibility(settings.Pool.Access, caller);
        var answer = await master.Replica.ReadAsync(state => OperatorViews.Answer(state, call, visibility), context.RequestAborted);
        await WriteAsync(context, json => write(json, answer));
    }

    private static void WriteObject(Utf8JsonWriter json, Action<Utf8JsonWriter> write)
    {
        json.WriteStartObject();
        write(json);
        json.WriteEndObject();
    }

    /// <summary>Who calls, where this may be read by GET only; null when that is refused already.</summary>
    private async Task<Caller?> ReaderAsync(HttpContext context)
    {
        if (await callers.CheckAsync(context, "mesos-master-readonly") is not { } caller)
            return null;
        if (HttpMethods.IsGet(context.Request.Method))
            return caller;
        await Answers.RefuseMethodAsync(context, "GET");
        return null;
    }

    private static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        write(json);
        await json.FlushAsync(context.RequestAborted);
    }

    private static double Newest(TaskRecord task) => task.Statuses.Count > 0 ? task.Statuses[^1].Timestamp : double.MaxValue;

    private static string Id(TaskRecord task) => task.TaskId.Value;

    private static void WriteIds(Utf8JsonWriter json, string name, IEnumerable<string> ids) =>
        OlderArrays.Write(json, name, ids.Distinct().Order(StringComparer.Ordinal));

    private static bool TryNumber(string? text, int otherwise, out int value)
    {
        value = otherwise;
        return string.IsNullOrEmpty(text) || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }
}
