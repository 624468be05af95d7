using System.Text;
using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;
using Google.Protobuf;
using static DataPlatform.Services.Tests.Agent.Running.AgentUnderTest;
using VariableType = DataPlatform.Core.Protocol.Mesos.EnvironmentVariables.Types.Variable.Types.Type;

namespace DataPlatform.Services.Tests.Agent.Running;

/// <summary>Secrets by value reach their task, and nobody else.</summary>
public sealed class SecretTests
{
    private const string Hidden = "hunter2-the-secret";

    [Fact]
    public async Task A_task_reads_its_secrets_and_nothing_that_is_shown_or_kept_has_them()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);

        agent.Run(WithSecrets(TaskOf("t1", $"[ \"$(cat etc/key)\" = {Cut} ] && [ \"$TOKEN\" = {Cut} ] && stat -Lc '%a %U' etc/key && echo \"$LOGNAME\" && echo read && sleep 300")));
        await master.WaitForAsync("t1", TaskState.TaskRunning);
        await master.Eventually(() => File.ReadAllText(Path.Combine(agent.Sandbox("t1"), "stdout")).Contains("read", StringComparison.Ordinal), "the task to have read them");

        var said = (await agent.ReadFileAsync("t1", "stdout")).Split('\n');
        said[0].ShouldBe($"400 {said[1]}");
        foreach (var path in (string[])["state", "containers", "files/browse?path=" + Uri.EscapeDataString(VirtualPath("t1", "etc"))])
            (await GetAsync(agent, path)).Body.ShouldNotContain(Hidden);
        (await GetAsync(agent, "files/read?path=" + Uri.EscapeDataString(VirtualPath("t1", "etc/key")))).Status.ShouldNotBe(200);
        (await GetAsync(agent, "files/download?path=" + Uri.EscapeDataString(VirtualPath("t1", "etc/key")))).Status.ShouldNotBe(200);
        foreach (var type in (AgentOperatorCall.Types.Type[])[AgentOperatorCall.Types.Type.GetTasks, AgentOperatorCall.Types.Type.GetState, AgentOperatorCall.Types.Type.GetExecutors])
        {
            var (_, answer, text) = await agent.CallAsync(new AgentOperatorCall { Type = type });
            answer.ShouldNotBeNull(text).ToByteString().ToStringUtf8().ShouldNotContain(Hidden);
        }

        master.CutStream();
        await master.WaitForRegistrationAsync(2);
        master.Registrations[^1].ToByteString().ToStringUtf8().ShouldNotContain(Hidden);
        agent.Log.ShouldNotContain(Hidden);
        FilesWith(agent.WorkDirectory).ShouldBe(["meta/history", "secrets/0"], "the environment is kept for what runs beside the task later, and the file is where the task reads it");
        foreach (var file in Directory.EnumerateFiles(agent.WorkDirectory, "*", SearchOption.AllDirectories).Where(Holds))
            (File.GetUnixFileMode(file) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)).ShouldBe(UnixFileMode.None, file);
        ArgumentsOfAll().ShouldNotContain(Hidden);
    }

    [Fact]
    public async Task A_secret_file_goes_with_its_task_also_when_the_agent_was_away_meanwhile()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        agent.Run(WithSecrets(TaskOf("ends", "cat etc/key > /dev/null")));
        await master.WaitForAsync("ends", TaskState.TaskFinished);
        await master.Eventually(() => !Directory.EnumerateFileSystemEntries(Path.Combine(agent.WorkDirectory, "secrets")).Any(), "the file to go");

        agent.Run(WithSecrets(TaskOf("waits", "until [ -e go ]; do sleep 0.05; done; cat etc/key > copy; [ -s copy ]; rm copy")));
        await master.WaitForAsync("waits", TaskState.TaskRunning);
        await agent.CrashAsync();
        await agent.StartProcessAsync();
        await File.WriteAllTextAsync(Path.Combine(agent.Sandbox("waits"), "go"), "");

        await master.WaitForAsync("waits", TaskState.TaskFinished);
        await master.Eventually(() => !Directory.EnumerateFileSystemEntries(Path.Combine(agent.WorkDirectory, "secrets")).Any(), "the file to go");
        await master.Eventually(() => FilesWith(agent.WorkDirectory).Count == 0, "the checkpoint to go");
    }

    [Fact]
    public async Task A_task_that_fails_tells_no_secret_in_its_last_lines_also_when_another_agent_started_it()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        const string Telling = "cat etc/key >&2; echo >&2; echo \"token is $TOKEN\" >&2; exit 7";
        var (fails, waits) = (WithSecrets(TaskOf("fails", Telling)), WithSecrets(TaskOf("waits", $"until [ -e go ]; do sleep 0.05; done; {Telling}")));
        (fails.TellLastLines, waits.TellLastLines) = (true, true);

        agent.Run(fails);
        agent.Run(waits);
        (await master.WaitForAsync("fails", TaskState.TaskFailed)).LastLines.ShouldBe(["(secret)", "token is (secret)"]);
        await master.WaitForAsync("waits", TaskState.TaskRunning);
        await agent.CrashAsync();
        await agent.StartProcessAsync();
        await File.WriteAllTextAsync(Path.Combine(agent.Sandbox("waits"), "go"), "");

        (await master.WaitForAsync("waits", TaskState.TaskFailed)).LastLines.ShouldBe(["(secret)", "token is (secret)"]);
    }

    [Fact]
    public async Task Another_tasks_user_can_not_read_it()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can run tasks as other users");
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master, "--task-uids", "300000-300999");
        agent.Run(WithSecrets(TaskOf("mine", "sleep 300")));
        await master.WaitForAsync("mine", TaskState.TaskRunning);
        var file = Directory.EnumerateFiles(Path.Combine(agent.WorkDirectory, "secrets"), "*", SearchOption.AllDirectories).ShouldHaveSingleItem();
        var other = Framework();
        other.Id = new FrameworkID { Value = "master-0001" };

        agent.Run(TaskOf("theirs", $"cat {file} {Path.Combine(agent.Sandbox("mine"), "etc/key")} /proc/[0-9]*/environ 2>/dev/null | grep -c {Cut}; ls {Path.GetDirectoryName(file)}; true"), other);

        await master.WaitForAsync("theirs", TaskState.TaskFinished);
        var outputs = Directory.EnumerateFiles(agent.WorkDirectory, "stdout", SearchOption.AllDirectories).Where(path => path.Contains("theirs", StringComparison.Ordinal));
        outputs.Select(File.ReadAllText).ShouldContain("0\n");
    }

    [Fact]
    public async Task Refuses_what_is_too_large_or_lies_in_a_store()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        var large = WithSecrets(TaskOf("large", "true"));
        large.Container.Volumes[0].Source.Secret = Secrets.ByValue(new string('x', Secrets.MostBytes));
        var stored = WithSecrets(TaskOf("stored", "true"));
        stored.Container.Volumes[0].Source.Secret = new Secret { Type = Secret.Types.Type.Reference, Reference = new() { Name = "vault" } };
        var outside = WithSecrets(TaskOf("outside", "true"));
        outside.Container.Volumes[0].ContainerPath = "../key";

        agent.Run(large);
        agent.Run(stored);
        agent.Run(outside);

        (await master.WaitForAsync("large", TaskState.TaskError)).Message.ShouldContain("at most 524288 are allowed");
        (await master.WaitForAsync("stored", TaskState.TaskFailed)).Message.ShouldContain("source.secret is no secret by value");
        (await master.WaitForAsync("outside", TaskState.TaskFailed)).Message.ShouldContain("container_path '../key'");
    }

    /// <summary>The shell joins it: a command line is no place for a secret, not even in a test for that.</summary>
    private static string Cut => string.Concat(Hidden.AsSpan(0, 4), "''", Hidden.AsSpan(4));

    private static TaskInfo WithSecrets(TaskInfo task)
    {
        task.Command.Environment = new EnvironmentVariables
        {
            Variables = { new EnvironmentVariables.Types.Variable { Name = "TOKEN", Type = VariableType.Secret, Secret = Secrets.ByValue(Hidden) } },
        };
        task.Container = new ContainerInfo
        {
            Type = ContainerInfo.Types.Type.Mesos,
            Volumes =
            {
                new Volume
                {
                    ContainerPath = "etc/key", Mode = Volume.Types.Mode.Ro, Source = new Volume.Types.Source { Type = Volume.Types.Source.Types.Type.Secret, Secret = Secrets.ByValue(Hidden) },
                },
            },
        };
        return task;
    }

    private static async Task<(int Status, string Body)> GetAsync(AgentUnderTest agent, string path)
    {
        using var client = new HttpClient();
        using var answer = await client.GetAsync(new Uri(agent.Endpoint, path));
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>The first and last part of the path of each.</summary>
    private static List<string> FilesWith(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(Holds).Select(path => $"{Path.GetRelativePath(folder, path).Split('/')[0]}/{Path.GetFileName(path)}").Distinct().Order()];

    private static bool Holds(string path)
    {
        try
        {
            // A link is its file once more, a pipe has no length, and one file is locked.
            if (new System.IO.FileInfo(path) is { LinkTarget: not null } or { Length: 0 })
                return false;
            using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), Encoding.Latin1);
            return reader.ReadToEnd().Contains(Hidden, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false; // Something that the agent has just written anew.
        }
    }

    private static string ArgumentsOfAll() => string.Concat(Directory.EnumerateDirectories("/proc").Where(path => path.AsSpan(6).IndexOfAnyExceptInRange('0', '9') < 0).Select(path =>
    {
        try
        {
            return File.ReadAllText($"{path}/cmdline");
        }
        catch (IOException)
        {
            return ""; // It has ended.
        }
    }));
}
