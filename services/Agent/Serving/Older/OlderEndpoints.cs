using System.Text.Json;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Link;
using DataPlatform.Services.Agent.Serving.Authentication;
using DataPlatform.Services.Agent.Serving.Usage;
using DataPlatform.Services.Hosting.Serving;

namespace DataPlatform.Services.Agent.Serving.Older;

/// <summary>What tools of the Mesos world read by GET since before there was an operator API; the fields are Mesos's.</summary>
internal sealed class OlderEndpoints(
    OlderState state, ContainerUsage usage, AgentMetrics metrics, LinkStatus link, AgentRights rights, IReadOnlyDictionary<string, string> flags)
{
    /// <param name="prefix">Empty, or the process id that clients built on libmesos put first.</param>
    public void Map(WebApplication app, string prefix)
    {
        app.MapGet(prefix + "/health", (RequestDelegate)HealthAsync);
        app.MapGet(prefix + "/version", (RequestDelegate)(context => WriteAsync(context, VersionTo)));
        app.MapGet(prefix + "/flags", (RequestDelegate)(context => rights.WhyNotFlags(context.Caller()) is { } why
            ? Refusal.WriteAsync(context, StatusCodes.Status403Forbidden, why)
            : WriteAsync(context, FlagsTo)));
        app.MapGet(prefix + "/metrics/snapshot", (RequestDelegate)SnapshotAsync);
        app.MapGet(prefix + "/metrics", (RequestDelegate)PrometheusAsync);
        app.MapGet(prefix + "/state", (RequestDelegate)StateAsync);
        app.MapGet(prefix + "/state.json", (RequestDelegate)StateAsync);
        app.MapGet(prefix + "/containers", (RequestDelegate)(context => ContainersAsync(context, withStatus: true)));
        app.MapGet(prefix + "/monitor/statistics", (RequestDelegate)(context => ContainersAsync(context, withStatus: false)));
        app.MapGet(prefix + "/monitor/statistics.json", (RequestDelegate)(context => ContainersAsync(context, withStatus: false)));
    }

    /// <summary>Open to anyone: says how the agent stands with its master, and nothing of what it runs.</summary>
    private Task HealthAsync(HttpContext context)
    {
        var (healthy, registered, since, lastError) = link.Read();
        context.Response.StatusCode = healthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return WriteAsync(context, writer =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean("healthy", healthy);
            writer.WriteBoolean("registered", registered);
            writer.WriteString("since", since);
            if (lastError is not null)
                writer.WriteString("last_error", lastError);
            writer.WriteEndObject();
        });
    }

    private static void VersionTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        OlderState.WriteVersion(writer);
        writer.WriteEndObject();
    }

    private void FlagsTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        OlderState.WriteFlags(writer, flags);
        writer.WriteEndObject();
    }

    private async Task PrometheusAsync(HttpContext context)
    {
        if (rights.WhyNotMetrics(context.Caller()) is { } why)
        {
            await Refusal.WriteAsync(context, StatusCodes.Status403Forbidden, why);
            return;
        }

        context.Response.ContentType = "text/plain; version=0.0.4";
        await context.Response.WriteAsync(await metrics.ToPrometheusAsync(), context.RequestAborted);
    }

    private async Task SnapshotAsync(HttpContext context)
    {
        if (rights.WhyNotMetrics(context.Caller()) is { } why)
        {
            await Refusal.WriteAsync(context, StatusCodes.Status403Forbidden, why);
            return;
        }

        var all = await metrics.ReadAsync();
        await WriteAsync(context, writer =>
        {
            writer.WriteStartObject();
            foreach (var (name, value) in all.OrderBy(each => each.Name, StringComparer.Ordinal))
                writer.WriteNumber(name, value);
            writer.WriteEndObject();
        });
    }

    private async Task StateAsync(HttpContext context)
    {
        var write = await state.ReadAsync(rights.VisibleTo(context.Caller()), rights.WhyNotFlags(context.Caller()) is null);
        await WriteAsync(context, write);
    }

    private async Task ContainersAsync(HttpContext context, bool withStatus)
    {
        var view = await usage.ReadAsync(rights.VisibleTo(context.Caller()));
        await WriteAsync(context, writer =>
        {
            writer.WriteStartArray();
            foreach (var container in view.Containers)
            {
                writer.WriteStartObject();
                if (withStatus)
                    writer.WriteString("container_id", container.ContainerId.Value);
                writer.WriteString("executor_id", container.ExecutorId.Value);
                writer.WriteString("executor_name", container.ExecutorName);
                writer.WriteString("framework_id", container.FrameworkId.Value);
                writer.WriteString("source", container.ExecutorId.Value);
                writer.WritePropertyName("statistics");
                MesosJson.Write(writer, container.ResourceStatistics);
                if (withStatus)
                {
                    writer.WritePropertyName("status");
                    MesosJson.Write(writer, container.ContainerStatus);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
    }

    private static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter);
        write(writer);
    }
}
