using System.Net.Http.Headers;
using System.Text;
using DataPlatform.Core.Client.Administration;
using DataPlatform.Core.Client.Http;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Tests.Agent.Running;
using DataType = DataPlatform.Core.Protocol.Mesos.ProcessIO.Types.Data.Types.Type;

namespace DataPlatform.Services.Tests.Agent.Nested;

/// <summary>Calls an agent about containers within a task's, in one of the two codecs.</summary>
internal sealed class NestedClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly HttpClient http;
    private readonly MesosEndpoint endpoint;
    private readonly CancellationTokenSource limit = new(Patience);

    public NestedClient(AgentUnderTest agent, string codec = "json", MesosCredential? credential = null)
    {
        Codec = codec == "json" ? MessageCodec.Json : MessageCodec.Protobuf;
        http = new HttpClient { BaseAddress = agent.Endpoint, Timeout = Patience };
        http.DefaultRequestHeaders.Authorization = credential?.ToAuthorization();
        endpoint = new MesosEndpoint(agent.Endpoint, "/api/v1", credential, Codec);
    }

    public MessageCodec Codec { get; }

    public HttpClient Http => http;

    public CancellationToken Limit => limit.Token;

    /// <summary>One within the container of the task.</summary>
    public static ContainerID IdWithin(FakeMaster master, string taskId, string id) =>
        new() { Value = id, Parent = master.Reports(taskId).Select(each => each.ContainerStatus?.ContainerId).Last(each => each is not null) };

    public static CommandInfo Shell(string command) => new() { Value = command };

    public static TTYInfo Terminal(uint rows = 24, uint columns = 80) => new() { WindowSize = new TTYInfo.Types.WindowSize { Rows = rows, Columns = columns } };

    public Task<AgentSession> StartAsync(ContainerID id, string command, TTYInfo? terminal = null) =>
        AgentSession.StartAsync(endpoint, id, Shell(command), terminal, TimeProvider.System, Limit);

    public async Task<(int Status, AgentOperatorResponse? Answer, string Text)> CallAsync(AgentOperatorCall call)
    {
        using var content = new ByteArrayContent(Codec.Encode(call));
        content.Headers.ContentType = new MediaTypeHeaderValue(Codec.ContentType);
        using var response = await http.PostAsync("/api/v1", content, Limit);
        var body = await response.Content.ReadAsByteArrayAsync(Limit);
        return (int)response.StatusCode == 200 && body.Length > 0
            ? (200, Codec.Decode<AgentOperatorResponse>(body), "")
            : ((int)response.StatusCode, null, Encoding.UTF8.GetString(body));
    }

    public Task<(int Status, AgentOperatorResponse? Answer, string Text)> LaunchAsync(ContainerID id, string command, ContainerInfo? container = null) => CallAsync(new AgentOperatorCall
    {
        Type = AgentOperatorCall.Types.Type.LaunchNestedContainer,
        LaunchNestedContainer = new AgentOperatorCall.Types.LaunchNestedContainer { ContainerId = id, Command = Shell(command), Container = container },
    });

    public async Task<int> WaitAsync(ContainerID id)
    {
        var (status, answer, text) = await CallAsync(new AgentOperatorCall
        {
            Type = AgentOperatorCall.Types.Type.WaitNestedContainer, WaitNestedContainer = new AgentOperatorCall.Types.WaitNestedContainer { ContainerId = id },
        });
        status.ShouldBe(200, text);
        return answer!.WaitNestedContainer.ExitStatus;
    }

    /// <summary>All that a session writes.</summary>
    public async Task<(string Output, string Error)> ReadAsync(AgentSession session)
    {
        var (output, error) = (new StringBuilder(), new StringBuilder());
        await foreach (var data in session.ReadAsync(Limit))
            (data.Type == DataType.Stderr ? error : output).Append(data.Data_.ToStringUtf8());
        return (output.ToString(), error.ToString());
    }

    public void Dispose()
    {
        limit.Dispose();
        http.Dispose();
        endpoint.Dispose();
    }
}
