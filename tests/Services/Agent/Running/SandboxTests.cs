using System.Net;
using System.Text.Json;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Sandboxes;
using static DataPlatform.Services.Tests.Agent.Running.AgentUnderTest;

namespace DataPlatform.Services.Tests.Agent.Running;

public sealed class SandboxTests
{
    [Fact]
    public async Task Tasks_go_on_where_their_sandboxes_would_use_up_the_inodes()
    {
        await using var master = await FakeMaster.StartAsync();
        SmallDisk? mount = null;
        await using var agent = await AgentUnderTest.StartAsync(master, workDirectory =>
        {
            mount = SmallDisk.TryMount(Directory.CreateDirectory(Path.Combine(workDirectory, "slaves")).FullName, megabytes: 100, inodes: 120);
            return [];
        });
        using var held = mount;
        Assert.SkipWhen(mount is null, "A small file system can't be mounted here (needs root)");
        var slaves = Path.Combine(agent.WorkDirectory, "slaves");

        // Each leaves six: twice as many in all as there are.
        for (var number = 0; number < 40; number++)
        {
            agent.Run(TaskOf($"t{number}", "true"));
            await master.WaitForAsync($"t{number}", TaskState.TaskFinished);
            await master.Eventually(() => FileSystemUse.Of(slaves)!.Value.Part < 0.9, "room for the next");
        }
    }

    [Fact]
    public async Task No_more_sandboxes_stay_than_a_setting_allows()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master, "--gc-max-sandboxes", "3");

        for (var number = 0; number < 8; number++)
        {
            agent.Run(TaskOf($"t{number}", "true"));
            await master.WaitForAsync($"t{number}", TaskState.TaskFinished);
        }

        await master.Eventually(() => Directory.GetDirectories(agent.WorkDirectory, "t?", SearchOption.AllDirectories).Length == 3, "the oldest to go");
        agent.Sandbox("t7").ShouldNotBeNull("the newest stays");
    }

    [Fact]
    public async Task Serves_sandboxes_at_the_older_paths_with_their_field_names()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        agent.Run(TaskOf("t1", "printf hello"));
        await master.WaitForAsync("t1", TaskState.TaskFinished);
        using var http = new HttpClient { BaseAddress = agent.Endpoint };

        foreach (var path in (string[])[VirtualPath("t1", ""), agent.Sandbox("t1") + "/"])
        {
            using var listed = JsonDocument.Parse(await http.GetStringAsync($"/files/browse?path={path}"));
            var entry = listed.RootElement.EnumerateArray().Single(each => each.GetProperty("path").GetString() == path + "stdout");
            entry.EnumerateObject().Select(each => each.Name).ShouldBe(["gid", "mode", "mtime", "nlink", "path", "size", "uid"]);
            entry.GetProperty("mode").GetString().ShouldBe("-rw-r--r--");
            entry.GetProperty("size").GetInt64().ShouldBe(5);
            (await http.GetStringAsync($"/slave(1)/files/read?path={path}stdout&offset=1&length=3")).ShouldBe("""{"data":"ell","offset":1}""");
            using var download = await http.GetAsync($"/files/download?path={path}stdout");
            (await download.Content.ReadAsStringAsync()).ShouldBe("hello");
            download.Content.Headers.ContentType!.MediaType.ShouldBe("application/octet-stream");
            download.Content.Headers.ContentDisposition!.FileNameStar.ShouldBe("stdout");
        }
    }

    [Fact]
    public async Task Says_why_a_file_can_not_be_shown()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        agent.Run(TaskOf("t1", "true"));
        await master.WaitForAsync("t1", TaskState.TaskFinished);
        using var http = new HttpClient { BaseAddress = agent.Endpoint };

        foreach (var endpoint in (string[])["read", "download", "browse"])
        {
            (await StatusAsync($"/files/{endpoint}")).ShouldBe((HttpStatusCode.BadRequest, "The query needs a 'path'\n"));
            (await StatusAsync($"/files/{endpoint}?path={VirtualPath("t1", "stdout")}%00")).ShouldBe((HttpStatusCode.BadRequest, "'path' holds a NUL character\n"));
            (await StatusAsync($"/files/{endpoint}?path=/etc/passwd")).Status.ShouldBe(HttpStatusCode.NotFound);
        }

        (await StatusAsync($"/files/read?path={VirtualPath("t1", "")}")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await StatusAsync($"/files/read?path={VirtualPath("t1", "stdout")}&offset=x")).Status.ShouldBe(HttpStatusCode.BadRequest);
        var (status, _, text) = await agent.CallAsync(new AgentOperatorCall
        {
            Type = AgentOperatorCall.Types.Type.ReadFile,
            ReadFile = new AgentOperatorCall.Types.ReadFile { Path = VirtualPath("t1", "stdout\0"), Offset = 0 },
        });
        status.ShouldBe(404, text);

        async Task<(HttpStatusCode Status, string Text)> StatusAsync(string path)
        {
            using var answer = await http.GetAsync(path);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }
    }
}
