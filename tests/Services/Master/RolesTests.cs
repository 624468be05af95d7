using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Tests.Master;

/// <summary>Quotas and weights as operators set and read them.</summary>
public sealed class RolesTests
{
    [Fact]
    public async Task Answers_each_recorded_call_about_quotas_and_weights_as_recorded()
    {
        await using var master = await MasterProcess.StartAsync();
        await using var agent = new FakeAgent(master.Endpoint);
        await agent.RegisterAsync();
        using var http = new HttpClient { BaseAddress = master.Endpoint };
        foreach (var call in Recording.Read("roles.jsonl"))
        {
            var name = (string?)call["name"];
            using var answer = await http.PostAsync("/api/v1", new StringContent(call["body"]!.ToJsonString(), Encoding.UTF8, "application/json"));
            var text = await answer.Content.ReadAsStringAsync();
            ((int)answer.StatusCode).ShouldBe((int)call["status"]!, $"{name}: {text}");
            if (call["answer"] is { } recorded)
                Recording.Comparable(JsonNode.Parse(text)!).ShouldBe(Recording.Comparable(recorded), name);
            else
                text.Length.ShouldBe((int)answer.StatusCode == 200 ? 0 : text.Length, name);
        }
    }

    [Fact]
    public async Task Quotas_are_set_and_read_in_protobuf_and_by_the_older_calls()
    {
        await using var master = await MasterProcess.StartAsync();
        using var http = new HttpClient { BaseAddress = master.Endpoint };
        var set = new OperatorCall { Type = OperatorCall.Types.Type.SetQuota, SetQuota = new() { QuotaRequest = new() { Role = "a", Force = true } } };
        set.SetQuota.QuotaRequest.Guarantee.Add(new Resource { Name = "cpus", Type = Value.Types.Type.Scalar, Scalar = new() { Value = 2 } });
        (await PostAsync(http, set)).ShouldBeNull();
        var read = (await PostAsync(http, new OperatorCall { Type = OperatorCall.Types.Type.GetQuota })).ShouldNotBeNull();
        var config = read.GetQuota.Status.Configs.ShouldHaveSingleItem();
        config.Guarantees["cpus"].Value.ShouldBe(2);
        config.Limits["cpus"].Value.ShouldBe(2);
        (await PostAsync(http, new OperatorCall { Type = OperatorCall.Types.Type.RemoveQuota, RemoveQuota = new() { Role = "a" } })).ShouldBeNull();
        read = (await PostAsync(http, new OperatorCall { Type = OperatorCall.Types.Type.GetQuota })).ShouldNotBeNull();
        read.GetQuota.Status.Configs.ShouldBeEmpty();
    }

    private static async Task<OperatorResponse?> PostAsync(HttpClient http, OperatorCall call)
    {
        var content = new ByteArrayContent(MessageCodec.Protobuf.Encode(call));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1") { Content = content };
        request.Headers.Accept.ParseAdd("application/x-protobuf");
        using var answer = await http.SendAsync(request);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue(Encoding.UTF8.GetString(bytes));
        return bytes.Length == 0 ? null : OperatorResponse.Parser.ParseFrom(bytes);
    }
}
