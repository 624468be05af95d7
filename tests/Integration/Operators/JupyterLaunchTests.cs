using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Artifacts;
using Shouldly;

namespace DataPlatform.Integration.Tests.Operators;

public sealed class JupyterLaunchTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Is_busy_while_a_cell_computes_silently_and_idle_afterwards()
    {
        var package = ShippedPackage.Read("jupyter");
        await using var pool = await RealPool.StartAsync(1, "cpus:2;mem:8192;disk:20000", Mirror.FetchCache);
        await using var server = await StoreServer.StartAsync(Mirror.Store);
        if (await server.Store.ResolveAsync(package.Needs([]), null, TestContext.Current.CancellationToken) is not ArtifactResolution.Ready)
        {
            Assert.Skip(server.Store.Unavailable(package.Needs([])) ?? "JupyterLab's artifacts can't be had here");
            return;
        }

        await using var jupyter = new SchedulerUnderTest(pool, package, "trial", server.Store);
        jupyter.Want();
        var page = new Uri((await jupyter.UntilAsync(ClusterState.Ready, TimeSpan.FromMinutes(2))).Endpoints.ShouldHaveSingleItem().Url);
        var login = jupyter.Subject.ProxyHeaders("lab")["Authorization"];
        var launched = await jupyter.UntilActivityAsync(seen => seen.State == ActivityState.Idle, Patience);
        output.WriteLine($"{launched}");

        using var client = new HttpClient { BaseAddress = page, DefaultRequestHeaders = { Authorization = AuthenticationHeaderValue.Parse(login) } };
        using var started = await client.PostAsync("api/kernels", new StringContent("""{"name":"python3"}""", Encoding.UTF8, "application/json"));
        var kernel = JsonNode.Parse(await started.Content.ReadAsStringAsync())!["id"]!.GetValue<string>();
        using (var channel = new ClientWebSocket())
        {
            channel.Options.SetRequestHeader("Authorization", login);
            await channel.ConnectAsync(new Uri($"ws://{page.Authority}{page.AbsolutePath}api/kernels/{kernel}/channels"), CancellationToken.None);
            await channel.SendAsync(Encoding.UTF8.GetBytes(Execute("import time; time.sleep(25)")), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            (await jupyter.UntilActivityAsync(seen => seen.State == ActivityState.Busy, Patience)).Of.ShouldBe("1 kernel");
            await MeasuredPages.UntilChartedAsync(jupyter);
        }

        using (var stranger = new HttpClient { BaseAddress = page })
            (await stranger.GetAsync("api/kernels")).StatusCode.ShouldBe(HttpStatusCode.Forbidden, "measurements alone need no token");

        var idle = await jupyter.UntilActivityAsync(seen => seen.State == ActivityState.Idle, Patience);
        output.WriteLine($"{idle}");
        idle.LastAt!.Value.ShouldBeGreaterThan(launched.LastAt!.Value);
        jupyter.Remove();
        await jupyter.UntilGoneAsync(Patience);
    }

    private static string Execute(string code) => new JsonObject
    {
        ["channel"] = "shell", ["parent_header"] = new JsonObject(), ["metadata"] = new JsonObject(), ["buffers"] = new JsonArray(),
        ["header"] = new JsonObject { ["msg_id"] = "1", ["msg_type"] = "execute_request", ["username"] = "", ["session"] = "s", ["version"] = "5.3", ["date"] = "" },
        ["content"] = new JsonObject { ["code"] = code, ["silent"] = false, ["store_history"] = false, ["user_expressions"] = new JsonObject(), ["allow_stdin"] = false },
    }.ToJsonString();
}
