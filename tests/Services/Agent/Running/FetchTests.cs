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
    private byte[] archive = [];

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
        server.MapGet("/endless", async (HttpContext context) =>
        {
            var zeros = new byte[64 * 1024];
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.Body.WriteAsync(zeros);
        });
        server.MapGet("/drips", async (HttpContext context) =>
        {
            using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
            try
            {
                while (await tick.WaitForNextTickAsync(context.RequestAborted))
                {
                    await context.Response.Body.WriteAsync(new byte[1]);
                    await context.Response.Body.FlushAsync();
                }
            }
            catch (OperationCanceledException)
            {
                // The agent has had enough.
            }
        });
        server.MapGet("/archive", () => Results.Bytes(archive));
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
        await using var agent = await StartAllowingAsync(master, "--fetcher-stall-timeout", "200ms");

        agent.Run(WithUri("absent", Url("absent").ToString(), "artifact", "true"));
        agent.Run(WithUri("stalls", Url("stalls").ToString(), "artifact", "true"));
        agent.Run(WithUri("scheme", "hdfs://somewhere/artifact", "artifact", "true"));
        agent.Run(WithUri("escape", Url("good").ToString(), "../../artifact", "true"));
        agent.Run(WithUri("file", $"file://{agent.WorkDirectory}/no/such/file", "artifact", "true"));

        (await master.WaitForAsync("absent", TaskState.TaskFailed)).Message.ShouldContain("404");
        (await master.WaitForAsync("stalls", TaskState.TaskFailed)).Message.ShouldContain("nothing came for 0.2 seconds");
        (await master.WaitForAsync("scheme", TaskState.TaskFailed)).Message.ShouldContain("only http, https and file");
        (await master.WaitForAsync("escape", TaskState.TaskFailed)).Message.ShouldContain("'..'");
        (await master.WaitForAsync("file", TaskState.TaskFailed)).Message.ShouldContain("/no/such/file");
    }

    [Fact]
    public async Task Unpacks_an_archive_once_in_the_cache_and_gives_it_to_many()
    {
        var archive = TarGz(("tool/bin/hello", "#!/bin/sh\necho hello from the archive\n"));
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAllowingAsync(master);
        var file = Path.Combine(agent.WorkDirectory, "tool.tar.gz");
        await File.WriteAllBytesAsync(file, archive);
        var digest = Convert.ToHexStringLower(SHA256.HashData(archive));

        agent.Run(WithUri("cached", $"file://{file}#sha256={digest}", "engine", "sh engine/tool/bin/hello"));
        agent.Run(WithUri("plain", $"file://{file}", null, "sh tool/bin/hello"));
        await master.WaitForAsync("cached", TaskState.TaskFinished);
        await master.WaitForAsync("plain", TaskState.TaskFinished);

        (await agent.ReadFileAsync("cached", "stdout")).ShouldBe("hello from the archive\n");
        (await agent.ReadFileAsync("plain", "stdout")).ShouldBe("hello from the archive\n");
        Directory.GetDirectories(Path.Combine(agent.WorkDirectory, "fetch", "unpacked")).ShouldHaveSingleItem();
        new DirectoryInfo(Path.Combine(agent.Sandbox("plain"), "tool")).LinkTarget.ShouldBeNull();
    }

    [Fact]
    public async Task Refuses_an_archive_that_would_write_outside_and_leaves_nothing_of_it()
    {
        var archive = TarGz(("fine.txt", "fine"), ("../../../escaped.txt", "gotcha"));
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAllowingAsync(master);
        var file = Path.Combine(agent.WorkDirectory, "evil.tar.gz");
        await File.WriteAllBytesAsync(file, archive);

        agent.Run(WithUri("t1", $"file://{file}", null, "true"));
        var failed = await master.WaitForAsync("t1", TaskState.TaskFailed);

        failed.Message.ShouldContain("evil.tar.gz");
        failed.Message.ShouldContain("'../../../escaped.txt' leaves the folder");
        Directory.GetFiles(agent.WorkDirectory, "escaped.txt", SearchOption.AllDirectories).ShouldBeEmpty();
        Directory.GetFileSystemEntries(agent.Sandbox("t1")).Select(Path.GetFileName).ShouldBe(["stdout", "stderr"], ignoreOrder: true);
    }

    [Fact]
    public async Task Fetches_files_of_the_host_only_below_the_folders_that_a_setting_allows()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var closed = await AgentUnderTest.StartAsync(master);
        var secret = Path.Combine(closed.WorkDirectory, "secret");
        await File.WriteAllTextAsync(secret, "secret");

        closed.Run(WithUri("url", "file:///etc/shadow", "got", "true"));
        closed.Run(WithUri("path", "/etc/passwd", "got", "true"));
        closed.Run(WithUri("own", $"file://{secret}", "got", "true"));

        foreach (var task in (string[])["url", "path", "own"])
        {
            (await master.WaitForAsync(task, TaskState.TaskFailed)).Message.ShouldContain("only below the folders that the agent's --fetcher-local-dirs allows (it allows none)");
            File.Exists(Path.Combine(closed.Sandbox(task), "got")).ShouldBeFalse();
        }
    }

    [Fact]
    public async Task Refuses_what_leaves_an_allowed_folder_and_what_is_no_file()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAllowingAsync(master);
        var folder = agent.WorkDirectory;
        File.CreateSymbolicLink(Path.Combine(folder, "link"), "/etc/passwd");
        File.CreateSymbolicLink(Path.Combine(folder, "door"), "/etc");
        using (var made = System.Diagnostics.Process.Start("mkfifo", Path.Combine(folder, "pipe")))
            await made.WaitForExitAsync();

        agent.Run(WithUri("link", $"file://{folder}/link", "got", "true"));
        agent.Run(WithUri("door", $"file://{folder}/door/passwd", "got", "true"));
        agent.Run(WithUri("up", $"file://{folder}/../../etc/passwd", "got", "true"));
        agent.Run(WithUri("pipe", $"file://{folder}/pipe", "got", "true"));
        agent.Run(WithUri("folder", $"file://{folder}/meta", "got", "true"));

        (await master.WaitForAsync("link", TaskState.TaskFailed)).Message.ShouldContain("leaves the folder");
        (await master.WaitForAsync("door", TaskState.TaskFailed)).Message.ShouldContain("leaves the folder");
        (await master.WaitForAsync("up", TaskState.TaskFailed)).Message.ShouldContain("only below the folders");
        (await master.WaitForAsync("pipe", TaskState.TaskFailed)).Message.ShouldContain("it is a pipe; only files can be fetched");
        (await master.WaitForAsync("folder", TaskState.TaskFailed)).Message.ShouldContain("it is a folder; only files can be fetched");
    }

    [Fact]
    public async Task Reads_files_of_the_host_as_the_tasks_own_user()
    {
        Assert.SkipWhen(Environment.UserName != "root", "Only root can run a task as another user");
        await using var master = await FakeMaster.StartAsync();
        var folder = Directory.CreateTempSubdirectory("dp-agent-local-");
        try
        {
            File.SetUnixFileMode(folder.FullName, (UnixFileMode)0x1ED);
            var hidden = Path.Combine(folder.FullName, "hidden");
            var shown = Path.Combine(folder.FullName, "shown");
            await File.WriteAllTextAsync(hidden, "hidden");
            await File.WriteAllTextAsync(shown, "shown");
            File.SetUnixFileMode(hidden, (UnixFileMode)0x180);
            File.SetUnixFileMode(shown, (UnixFileMode)0x1A4);
            await using var agent = await AgentUnderTest.StartAsync(master, "--fetcher-local-dirs", folder.FullName);

            agent.Run(AsNobody(WithUri("hidden", $"file://{hidden}", "got", "true")));
            agent.Run(AsNobody(WithUri("shown", $"file://{shown}", "deep/er/got", "stat -c %U deep deep/er deep/er/got")));

            (await master.WaitForAsync("hidden", TaskState.TaskFailed)).Message.ShouldContain("the task's user nobody may not read it");
            File.Exists(Path.Combine(agent.Sandbox("hidden"), "got")).ShouldBeFalse();
            await master.WaitForAsync("shown", TaskState.TaskFinished);
            (await agent.ReadFileAsync("shown", "stdout")).ShouldBe("nobody\nnobody\nnobody\n");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Ends_a_transfer_that_does_not_end_by_size_by_disk_and_by_time()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master, "--fetcher-max-size", "8MB", "--fetcher-timeout", "2secs");
        var small = WithUri("disk", Url("endless").ToString(), "got", "true");
        small.Resources.Add(AgentUnderTest.Scalar("disk", 1));

        agent.Run(WithUri("size", Url("endless").ToString(), "got", "true"));
        agent.Run(small);
        agent.Run(WithUri("time", Url("drips").ToString(), "got", "true"));

        (await master.WaitForAsync("size", TaskState.TaskFailed)).Message.ShouldContain("8388608 bytes together (--fetcher-max-size)");
        (await master.WaitForAsync("disk", TaskState.TaskFailed)).Message.ShouldContain("larger than the 1048576 bytes of its disk");
        (await master.WaitForAsync("time", TaskState.TaskFailed)).Message.ShouldContain("longer than 2 seconds (--fetcher-timeout)");
        Directory.GetFileSystemEntries(agent.Sandbox("size")).Select(Path.GetFileName).ShouldBe(["stdout", "stderr"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_kill_ends_a_fetch_that_hangs()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);

        agent.Run(WithUri("t1", Url("stalls").ToString(), "got", "true"));
        await master.Eventually(() => Directory.Exists(Path.Combine(agent.WorkDirectory, "slaves")) &&
            Directory.GetFiles(agent.WorkDirectory, ".fetch-*", SearchOption.AllDirectories).Length > 0, "the fetch to begin");
        agent.Kill("t1");

        await master.WaitForAsync("t1", TaskState.TaskKilled);
    }

    [Fact]
    public async Task An_archive_with_many_links_to_its_own_folder_costs_no_more_than_another()
    {
        Assert.SkipWhen(Environment.UserName != "root", "Only root can run a task as another user");
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, leaveOpen: true))
        {
            foreach (var letter in "abcde")
                tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, $"d/{letter}") { LinkName = ".." });
        }

        archive = bytes.ToArray();
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        var task = AsNobody(WithUri("t1", Url("archive").ToString(), "links.tar", "ls links.tar/d"));

        agent.Run(task);

        await master.WaitForAsync("t1", TaskState.TaskFinished);
        (await agent.ReadFileAsync("t1", "stdout")).ShouldBe("a\nb\nc\nd\ne\n");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_task_does_to_its_artifacts_reaches_no_other_task(bool unpacked)
    {
        archive = TarGz(("bin/hello", "echo hello\n"));
        var uri = unpacked ? $"{Url("archive")}#sha256={Convert.ToHexStringLower(SHA256.HashData(archive))}" : $"{Url("good")}#sha256={Digest}";
        var file = unpacked ? "lib/bin/hello" : "lib";
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master, "--allow-root-tasks");

        // As the agent's own user, who could write whatever is the agent's.
        agent.Run(Extracted(WithUri("evil", uri, "lib", $"chmod u+w {file} && echo 'echo poisoned' > {file} && cat {file}")));
        await master.WaitForAsync("evil", TaskState.TaskFinished);
        agent.Run(Extracted(WithUri("next", uri, "lib", $"cat {file}")));
        await master.WaitForAsync("next", TaskState.TaskFinished);

        (await agent.ReadFileAsync("evil", "stdout")).ShouldBe("echo poisoned\n");
        (await agent.ReadFileAsync("next", "stdout")).ShouldBe(unpacked ? "echo hello\n" : Encoding.UTF8.GetString(Content));
        if (!unpacked)
            requests.ShouldBe(1);

        TaskInfo Extracted(TaskInfo task)
        {
            task.Command.Uris[0].Extract = unpacked;
            return AsAgent(task);
        }
    }

    [Fact]
    public async Task What_was_changed_in_the_cache_itself_is_fetched_anew()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master, "--allow-root-tasks");
        agent.Run(WithUri("first", $"{Url("good")}#sha256={Digest}", "lib", "true"));
        await master.WaitForAsync("first", TaskState.TaskFinished);
        var cached = Directory.GetFiles(Path.Combine(agent.WorkDirectory, "fetch", "sha256"), Digest, SearchOption.AllDirectories).ShouldHaveSingleItem();
        var time = File.GetLastWriteTimeUtc(cached);
        File.SetUnixFileMode(cached, (UnixFileMode)0x1A4);
        await File.WriteAllTextAsync(cached, "poisoned");

        agent.Run(WithUri("second", $"{Url("good")}#sha256={Digest}", "lib", "cat lib"));
        await master.WaitForAsync("second", TaskState.TaskFinished);
        // With its seal put back, what is read on the way to a copy still tells.
        await File.WriteAllTextAsync(cached, "poisoned");
        File.SetLastWriteTimeUtc(cached, time);
        File.SetUnixFileMode(cached, (UnixFileMode)0x124);
        agent.Run(AsAgent(WithUri("third", $"{Url("good")}#sha256={Digest}", "lib", "cat lib")));
        await master.WaitForAsync("third", TaskState.TaskFinished);

        (await agent.ReadFileAsync("second", "stdout")).ShouldBe(Encoding.UTF8.GetString(Content));
        (await agent.ReadFileAsync("third", "stdout")).ShouldBe(Encoding.UTF8.GetString(Content));
        requests.ShouldBe(3);
        agent.Log.ShouldContain("is spoiled and is fetched anew");
    }

    [Fact]
    public async Task Another_user_of_the_host_reads_neither_cached_nor_generated_files_and_the_task_does()
    {
        Assert.SkipWhen(Environment.UserName != "root", "Only root can run a task as another user");
        archive = TarGz(("bin/hello", "echo hello\n"));
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        File.SetUnixFileMode(agent.WorkDirectory, (UnixFileMode)0x1C9);
        var task = AsNobody(WithUri("t1", $"{Url("good")}#sha256={Digest}", "conf/shared", "cat conf/shared > /dev/null && cat conf/own > /dev/null && sh lib/bin/hello && sleep 100"));
        task.Command.Uris.Add(new CommandInfo.Types.URI { Value = $"{Url("good")}#sha256={Digest}", OutputFile = "conf/own", Cache = false });
        task.Command.Uris.Add(new CommandInfo.Types.URI { Value = $"{Url("archive")}#sha256={Convert.ToHexStringLower(SHA256.HashData(archive))}", OutputFile = "lib", Extract = true });

        agent.Run(task);
        await master.WaitForAsync("t1", TaskState.TaskRunning);
        await master.Eventually(() => File.ReadAllText(Path.Combine(agent.Sandbox("t1"), "stdout")) == "hello\n", "the task to read its files");

        var sandbox = agent.Sandbox("t1");
        File.GetUnixFileMode(Path.Combine(sandbox, "conf", "own")).ShouldBe((UnixFileMode)0x180);
        Directory.GetFiles(Path.Combine(agent.WorkDirectory, "fetch", "sha256"), "*", SearchOption.AllDirectories).ShouldHaveSingleItem();
        // daemon (1) is neither root nor the task's user; the names are given to it, yet it gets nowhere.
        var cache = Path.Combine(agent.WorkDirectory, "fetch");
        foreach (var path in (string[])[Path.Combine(sandbox, "conf", "own"), Path.Combine(cache, "sha256", Digest[..2], Digest)])
            RunAs(1, "cat", path).ShouldNotBe(0, path);
        foreach (var folder in (string[])[Path.Combine(cache, "unpacked"), Path.Combine(cache, "index"), Path.Combine(cache, "sha256")])
            RunAs(1, "ls", folder).ShouldNotBe(0, folder);
        new DirectoryInfo(Path.Combine(sandbox, "lib")).LinkTarget.ShouldNotBeNull("an engine is not copied for who can't write it");
        agent.Kill("t1", TimeSpan.Zero);
        await master.WaitForAsync("t1", TaskState.TaskKilled);
    }

    private static int RunAs(int user, params string[] command)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("setpriv", [$"--reuid={user}", $"--regid={user}", "--clear-groups", .. command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.WaitForExit();
        return process.ExitCode;
    }

    private static TaskInfo AsNobody(TaskInfo task)
    {
        task.Command.User = "nobody";
        return task;
    }

    private static TaskInfo AsAgent(TaskInfo task)
    {
        task.Command.User = Environment.UserName;
        return task;
    }

    /// <summary>An agent whose work directory may be fetched from.</summary>
    private static async Task<AgentUnderTest> StartAllowingAsync(FakeMaster master, params string[] more) =>
        await AgentUnderTest.StartAsync(master, workDirectory => ["--fetcher-local-dirs", workDirectory, .. more]);

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
