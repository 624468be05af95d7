using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using DataPlatform.Core.Protocol.Mesos;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using static DataPlatform.Services.Tests.Agent.Running.AgentUnderTest;

namespace DataPlatform.Services.Tests.Agent.Running;

public sealed class FetchTests : IAsyncLifetime
{
    private static readonly byte[] Content = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("some artifact\n", 5000)));
    private static readonly string Digest = Convert.ToHexStringLower(SHA256.HashData(Content));
    private WebApplication server = null!;
    private int requests;
    private int earlyEnds;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        server = builder.Build();
        server.MapGet("/good", () =>
        {
            Interlocked.Increment(ref requests);
            return Results.Bytes(Content);
        });
        server.MapGet("/breaks-{times:int}", async (HttpContext context, int times) =>
        {
            context.Response.ContentLength = Content.Length;
            if (Interlocked.Increment(ref earlyEnds) <= times)
            {
                await context.Response.Body.WriteAsync(Content.AsMemory(0, 1000));
                await context.Response.Body.FlushAsync();
                context.Abort();
                return;
            }

            await context.Response.Body.WriteAsync(Content);
        });
        server.MapGet("/absent", () => Results.NotFound());
        server.MapGet("/stalls", async (HttpContext context) =>
        {
            context.Response.ContentLength = Content.Length;
            await context.Response.Body.WriteAsync(Content.AsMemory(0, 1000));
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        await server.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await server.StopAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Verifies_caches_and_links_an_artifact_that_many_tasks_of_two_agents_use_and_fetches_it_once()
    {
        var cache = Directory.CreateTempSubdirectory("dp-agent-cache-");
        try
        {
            await using var master = await FakeMaster.StartAsync();
            await using var master2 = await FakeMaster.StartAsync();
            await using var agent = await AgentUnderTest.StartAsync(master, "--fetcher-cache-dir", cache.FullName);
            await using var agent2 = await AgentUnderTest.StartAsync(master2, "--fetcher-cache-dir", cache.FullName);

            foreach (var number in Enumerable.Range(1, 4))
            {
                agent.Run(WithUri($"t{number}", $"{Url("good")}?key=secret#sha256={Digest}", "lib/artifact.txt", "cat lib/artifact.txt"));
                agent2.Run(WithUri($"t{number}", $"{Url("good")}#sha256={Digest}", "artifact.txt", "cat artifact.txt"));
            }

            foreach (var number in Enumerable.Range(1, 4))
            {
                await master.WaitForAsync($"t{number}", TaskState.TaskFinished);
                await master2.WaitForAsync($"t{number}", TaskState.TaskFinished);
                (await agent.ReadFileAsync($"t{number}", "stdout")).ShouldBe(Encoding.UTF8.GetString(Content));
            }

            requests.ShouldBe(1);
        }
        finally
        {
            cache.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Refuses_what_is_not_what_was_asked_for()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        var wrong = new string('0', 64);

        agent.Run(WithUri("t1", $"{Url("good")}?key=secret#sha256={wrong}", "artifact", "true"));
        var failed = await master.WaitForAsync("t1", TaskState.TaskFailed);

        failed.Reason.ShouldBe(TaskReport.Types.Reason.ContainerLaunchFailed);
        failed.Source.ShouldBe(TaskReport.Types.Source.Agent);
        failed.Message.ShouldContain(Url("good").ToString());
        failed.Message.ShouldContain(Digest);
        failed.Message.ShouldContain(wrong);
        failed.Message.ShouldNotContain("secret");
        Directory.GetFiles(Path.Combine(agent.WorkDirectory, "fetch", "sha256"), "*", SearchOption.AllDirectories).ShouldBeEmpty();
        Directory.GetFileSystemEntries(Path.Combine(agent.WorkDirectory, "fetch", "incoming")).ShouldBeEmpty();
        master.Reports("t1").ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Tries_a_transfer_that_ends_early_again_but_not_for_ever()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);

        agent.Run(WithUri("t1", $"{Url("breaks-2")}#sha256={Digest}", "artifact", "true"));
        await master.WaitForAsync("t1", TaskState.TaskFinished);
        agent.Run(WithUri("t2", $"{Url("breaks-1000")}", "artifact", "true"));
        var failed = await master.WaitForAsync("t2", TaskState.TaskFailed);

        failed.Message.ShouldContain("breaks-1000");
        failed.Message.ShouldContain("ended early");
        failed.Message.ShouldContain("tried 4 times");
    }

    [Fact]
    public async Task Names_what_is_absent_stalls_or_can_not_be_fetched_at_all()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master, "--fetcher-stall-timeout", "200ms");

        agent.Run(WithUri("absent", Url("absent").ToString(), "artifact", "true"));
        agent.Run(WithUri("stalls", Url("stalls").ToString(), "artifact", "true"));
        agent.Run(WithUri("scheme", "hdfs://somewhere/artifact", "artifact", "true"));
        agent.Run(WithUri("escape", Url("good").ToString(), "../../artifact", "true"));
        agent.Run(WithUri("file", "file:///no/such/file", "artifact", "true"));

        (await master.WaitForAsync("absent", TaskState.TaskFailed)).Message.ShouldContain("404");
        (await master.WaitForAsync("stalls", TaskState.TaskFailed)).Message.ShouldContain("nothing came for 0.2 seconds");
        (await master.WaitForAsync("scheme", TaskState.TaskFailed)).Message.ShouldContain("only http, https and file");
        (await master.WaitForAsync("escape", TaskState.TaskFailed)).Message.ShouldContain("'..'");
        (await master.WaitForAsync("file", TaskState.TaskFailed)).Message.ShouldContain("/no/such/file");
    }

    [Fact]
    public async Task Unpacks_an_archive_once_in_the_cache_and_links_it()
    {
        var archive = TarGz(("tool/bin/hello", "#!/bin/sh\necho hello from the archive\n"));
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        var file = Path.Combine(agent.WorkDirectory, "tool.tar.gz");
        await File.WriteAllBytesAsync(file, archive);
        var digest = Convert.ToHexStringLower(SHA256.HashData(archive));

        agent.Run(WithUri("cached", $"file://{file}#sha256={digest}", "engine", "sh engine/tool/bin/hello"));
        agent.Run(WithUri("plain", $"file://{file}", null, "sh tool/bin/hello"));
        await master.WaitForAsync("cached", TaskState.TaskFinished);
        await master.WaitForAsync("plain", TaskState.TaskFinished);

        (await agent.ReadFileAsync("cached", "stdout")).ShouldBe("hello from the archive\n");
        (await agent.ReadFileAsync("plain", "stdout")).ShouldBe("hello from the archive\n");
        new DirectoryInfo(Path.Combine(agent.Sandbox("cached"), "engine")).LinkTarget.ShouldNotBeNull();
        new DirectoryInfo(Path.Combine(agent.Sandbox("plain"), "tool")).LinkTarget.ShouldBeNull();
    }

    [Fact]
    public async Task Refuses_an_archive_that_would_write_outside_and_leaves_nothing_of_it()
    {
        var archive = TarGz(("fine.txt", "fine"), ("../../../escaped.txt", "gotcha"));
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        var file = Path.Combine(agent.WorkDirectory, "evil.tar.gz");
        await File.WriteAllBytesAsync(file, archive);

        agent.Run(WithUri("t1", $"file://{file}", null, "true"));
        var failed = await master.WaitForAsync("t1", TaskState.TaskFailed);

        failed.Message.ShouldContain("evil.tar.gz");
        failed.Message.ShouldContain("'../../../escaped.txt' leaves the folder");
        Directory.GetFiles(agent.WorkDirectory, "escaped.txt", SearchOption.AllDirectories).ShouldBeEmpty();
        Directory.GetFileSystemEntries(agent.Sandbox("t1")).Select(Path.GetFileName).ShouldBe(["stdout", "stderr"], ignoreOrder: true);
    }

    private static TaskInfo WithUri(string id, string uri, string? outputFile, string command)
    {
        var task = TaskOf(id, command);
        var given = new CommandInfo.Types.URI { Value = uri };
        if (outputFile is not null)
            given.OutputFile = outputFile;
        task.Command.Uris.Add(given);
        return task;
    }

    private static byte[] TarGz(params (string Name, string Content)[] members)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest))
        using (var tar = new TarWriter(gzip))
        {
            foreach (var (name, content) in members)
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) });
        }

        return bytes.ToArray();
    }

    private Uri Url(string path) => new(new Uri(server.Urls.First()), path);
}
