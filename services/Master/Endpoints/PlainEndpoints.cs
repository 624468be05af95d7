using System.Globalization;
using System.Text;
using System.Text.Json;
using DataPlatform.Core.Pool;
using DataPlatform.Services.Hosting.Security;
using DataPlatform.Services.Hosting.Serving;

namespace DataPlatform.Services.Master.Endpoints;

/// <summary>What is read by GET: the version by anyone, metrics by those who may call.</summary>
internal sealed class PlainEndpoints(MasterRuntime master, Callers callers, AccessRules access, MessageCounters messages)
{
    public async Task VersionAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter);
        writer.WriteStartObject();
        writer.WriteString("build_date", MasterVersion.BuildDate);
        writer.WriteNumber("build_time", MasterVersion.BuildTime);
        writer.WriteString("build_user", MasterVersion.BuildUser);
        writer.WriteString("version", MasterVersion.Text);
        writer.WriteEndObject();
    }

    /// <summary>Mesos's form: one flat object.</summary>
    public async Task SnapshotAsync(HttpContext context)
    {
        if (await MetricsAsync(context) is not { } metrics)
            return;
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter);
        writer.WriteStartObject();
        foreach (var (name, value) in metrics)
            writer.WriteNumber(name, value);
        writer.WriteEndObject();
    }

    /// <summary>Prometheus's form, written by hand: a telemetry library costs more memory than the pool of a small site.</summary>
    public async Task PrometheusAsync(HttpContext context)
    {
        if (await MetricsAsync(context) is not { } metrics)
            return;
        var text = new StringBuilder();
        foreach (var (name, value) in metrics)
        {
            var plain = "dp_" + name.Replace('/', '_');
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {plain} gauge\n{plain} {value:R}\n");
        }

        text.Append(ProcessMetrics.Text());
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await context.Response.WriteAsync(text.ToString(), context.RequestAborted);
    }

    private async Task<List<(string Name, double Value)>?> MetricsAsync(HttpContext context)
    {
        if (await callers.CheckAsync(context, "mesos-master-readonly") is not { } caller)
            return null;
        if (access.WhyNot(caller, AccessAction.GetEndpoints, OperatorRights.Metrics) is not { } forbidden)
        {
            var pool = await master.Replica.ReadAsync(state => PoolMetrics.Of(state).ToList(), context.RequestAborted);
            return [.. pool, .. messages.All, .. HostMetrics.Read()];
        }

        await Answers.RefuseAsync(context, StatusCodes.Status403Forbidden, forbidden);
        return null;
    }
}
