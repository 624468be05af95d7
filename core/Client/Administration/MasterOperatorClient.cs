using System.Net;
using System.Runtime.CompilerServices;

using DataPlatform.Core.Client.Http;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Client.Administration;

/// <summary>The operator API of a master: what it knows of agents, frameworks and tasks.</summary>
/// <param name="masters">Any of those that share a journal; they send on to the one that leads.</param>
public sealed class MasterOperatorClient(IReadOnlyList<Uri> masters, MesosCredential? credential = null, HttpMessageHandler? handler = null) : IDisposable
{
    public MasterOperatorClient(Uri master, MesosCredential? credential = null, HttpMessageHandler? handler = null) : this([master], credential, handler)
    {
    }

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <summary>In bytes: the first record of a subscription, with all tasks of a large pool.</summary>
    private const int LargestState = 1024 * 1024 * 1024;

    private readonly MesosEndpoint endpoint = new(masters, "/api/v1", credential, MessageCodec.Protobuf, handler);

    public Uri Address => endpoint.Address;

    public async Task<bool> GetHealthAsync(CancellationToken cancellationToken) =>
        (await AskAsync(OperatorCall.Types.Type.GetHealth, cancellationToken)).GetHealth.Healthy;

    public async Task<OperatorResponse.Types.GetAgents> GetAgentsAsync(CancellationToken cancellationToken) =>
        (await AskAsync(OperatorCall.Types.Type.GetAgents, cancellationToken)).GetAgents;

    public async Task<OperatorResponse.Types.GetFrameworks> GetFrameworksAsync(CancellationToken cancellationToken) =>
        (await AskAsync(OperatorCall.Types.Type.GetFrameworks, cancellationToken)).GetFrameworks;

    public async Task<OperatorResponse.Types.GetTasks> GetTasksAsync(CancellationToken cancellationToken) =>
        (await AskAsync(OperatorCall.Types.Type.GetTasks, cancellationToken)).GetTasks;

    public async Task<OperatorResponse.Types.GetState> GetStateAsync(CancellationToken cancellationToken) =>
        (await AskAsync(OperatorCall.Types.Type.GetState, cancellationToken)).GetState;

    /// <summary>The whole state, then what happens; ends when the master ends it.</summary>
    /// <exception cref="MesosCallException">The master refused it.</exception>
    /// <exception cref="HttpRequestException">The master can't be reached.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async IAsyncEnumerable<OperatorEvent> SubscribeAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var call = new OperatorCall { Type = OperatorCall.Types.Type.Subscribe };
        using var response = await endpoint.PostAsync(call, null, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK)
            throw await MesosEndpoint.RefusalAsync(response, cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var reader = new RecordReader(body, LargestState);
        while (await reader.ReadAsync(cancellationToken) is { } record)
            yield return endpoint.Codec.Decode<OperatorEvent>(record);
    }

    public async Task<OperatorResponse.Types.GetMaster> GetMasterAsync(CancellationToken cancellationToken) =>
        (await AskAsync(OperatorCall.Types.Type.GetMaster, cancellationToken)).GetMaster;

    public async Task<IReadOnlyDictionary<string, double>> GetMetricsAsync(CancellationToken cancellationToken)
    {
        var call = new OperatorCall { Type = OperatorCall.Types.Type.GetMetrics, GetMetrics = new OperatorCall.Types.GetMetrics() };
        var answer = await endpoint.AskAsync<OperatorResponse>(call, Timeout, cancellationToken);
        return answer.GetMetrics.Metrics.ToDictionary(metric => metric.Name, metric => metric.Value, StringComparer.Ordinal);
    }

    /// <summary>What the master counts, in Prometheus's text form. The caller disposes the answer, whose status may be any but a redirect.</summary>
    public Task<HttpResponseMessage> GetMetricsTextAsync(CancellationToken cancellationToken) => endpoint.GetAsync("/metrics", cancellationToken);

    /// <summary>Ends a framework with all its tasks.</summary>
    public Task TeardownAsync(FrameworkID frameworkId, CancellationToken cancellationToken) => TellAsync(
        new OperatorCall { Type = OperatorCall.Types.Type.Teardown, Teardown = new OperatorCall.Types.Teardown { FrameworkId = frameworkId } }, cancellationToken);

    /// <summary>Takes reservations back of which no task uses anything.</summary>
    public Task UnreserveAsync(AgentID agentId, IEnumerable<Resource> resources, CancellationToken cancellationToken)
    {
        var call = new OperatorCall { Type = OperatorCall.Types.Type.UnreserveResources, UnreserveResources = new OperatorCall.Types.UnreserveResources { AgentId = agentId } };
        call.UnreserveResources.Resources.Add(resources);
        return TellAsync(call, cancellationToken);
    }

    /// <summary>Ends volumes that no task uses, with what they hold. Their disk stays reserved.</summary>
    public Task DestroyVolumesAsync(AgentID agentId, IEnumerable<Resource> volumes, CancellationToken cancellationToken)
    {
        var call = new OperatorCall { Type = OperatorCall.Types.Type.DestroyVolumes, DestroyVolumes = new OperatorCall.Types.DestroyVolumes { AgentId = agentId } };
        call.DestroyVolumes.Volumes.Add(volumes);
        return TellAsync(call, cancellationToken);
    }

    public void Dispose() => endpoint.Dispose();

    private async Task TellAsync(OperatorCall call, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Timeout);
        using var response = await endpoint.PostAsync(call, null, HttpCompletionOption.ResponseContentRead, limit.Token);
        if (!response.IsSuccessStatusCode)
            throw await MesosEndpoint.RefusalAsync(response, limit.Token);
    }

    private Task<OperatorResponse> AskAsync(OperatorCall.Types.Type type, CancellationToken cancellationToken) =>
        endpoint.AskAsync<OperatorResponse>(new OperatorCall { Type = type }, Timeout, cancellationToken);
}
