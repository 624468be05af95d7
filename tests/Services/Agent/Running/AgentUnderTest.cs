using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;

namespace DataPlatform.Services.Tests.Agent.Running;

/// <summary>A real dp-agent process with a work directory of its own; nothing of it is left afterwards.</summary>
internal sealed class AgentUnderTest : IAsyncDisposable
{
    public const string FrameworkId = "master-0000";
    private readonly List<string> arguments;
    private readonly StringBuilder log = new();
    private readonly HttpClient http = new();
    private Process? process;
    private string? shellCommand;

    private AgentUnderTest(FakeMaster master, string? workDirectory, IEnumerable<string> more)
    {
        Master = master;
        WorkDirectory = workDirectory ?? Directory.CreateTempSubdirectory("dp-agent-test-").FullName;
        File.SetUnixFileMode(WorkDirectory, (UnixFileMode)0x1ED); // Tests put files there that tasks' users fetch.
        arguments =
        [
            "--master", master.Address.ToString(), "--port", "0", "--work-dir", WorkDirectory,
            "--resources", "cpus:4;mem:2048;disk:1024;ports:[31000-31099]",
            "--registration-backoff-factor", "100ms", "--stop-tasks-on-exit", .. more,
        ];
    }

    public FakeMaster Master { get; }

    public string WorkDirectory { get; }

    public string Log => log.ToString();

    public int ProcessId => process!.Id;

    public static Task<AgentUnderTest> StartAsync(FakeMaster master, params string[] more) => StartInAsync(null, master, more);

    /// <param name="workDirectory">What an earlier agent has left; null for a new one.</param>
    public static async Task<AgentUnderTest> StartInAsync(string? workDirectory, FakeMaster master, params string[] more)
    {
        var agent = new AgentUnderTest(master, workDirectory, more);
        await agent.StartProcessAsync();
        return agent;
    }

    /// <param name="more">Further settings, given the work directory.</param>
    public static async Task<AgentUnderTest> StartAsync(FakeMaster master, Func<string, string[]> more)
    {
        var agent = new AgentUnderTest(master, null, []);
        agent.arguments.AddRange(more(agent.WorkDirectory));
        await agent.StartProcessAsync();
        return agent;
    }

    /// <summary>One that may have few files open: at first, and at most.</summary>
    public static async Task<AgentUnderTest> StartWithLimitAsync(FakeMaster master, int soft, int hard, params string[] more)
    {
        var agent = new AgentUnderTest(master, null, more) { shellCommand = $"ulimit -Sn {soft} && ulimit -Hn {hard} && exec \"$0\" \"$@\"" };
        await agent.StartProcessAsync();
        return agent;
    }

    /// <summary>One whose new files nobody else may read, as a careful person's shell has it.</summary>
    public static async Task<AgentUnderTest> StartWithMaskAsync(FakeMaster master, string mask)
    {
        var agent = new AgentUnderTest(master, null, []) { shellCommand = $"umask {mask} && exec \"$0\" \"$@\"" };
        await agent.StartProcessAsync();
        return agent;
    }

    public async Task StartProcessAsync()
    {
        var before = Master.Registrations.Count;
        var program = Path.Combine(AppContext.BaseDirectory, "dp-agent");
        var start = new ProcessStartInfo(shellCommand is null ? program : "/bin/sh", shellCommand is null ? arguments : ["-c", shellCommand, program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Master.Eventually(
            () => Master.Registrations.Count > before || process.HasExited, "the agent to register");
        process.HasExited.ShouldBeFalse(Log);
    }

    /// <summary>Its next process serves where this one does.</summary>
    public void KeepPort() => arguments[arguments.IndexOf("--port") + 1] = Endpoint.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>As a crash would end it: tasks live on.</summary>
    public async Task CrashAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
    }

    public async Task StopAsync()
    {
        if (process is { HasExited: false })
        {
            _ = Native.kill(process.Id, 15);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            await process.WaitForExitAsync(patience.Token);
        }
    }

    public Uri Endpoint => new(File.ReadAllText(Path.Combine(WorkDirectory, "endpoint")).Trim());

    /// <summary>That nothing listens on now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public static TaskInfo TaskOf(string id, string shellCommand) => new()
    {
        Name = id,
        TaskId = new TaskID { Value = id },
        AgentId = new AgentID { Value = "master-S0" },
        Command = new CommandInfo { Value = shellCommand },
        Resources = { Scalar("cpus", 0.1), Scalar("mem", 64) },
    };

    internal static TaskRun RunOf(string framework, string id, string containerId, Pod? pod = null) =>
        new(new FrameworkInfo { User = "", Name = "", Id = new FrameworkID { Value = framework } }, TaskOf(id, "true"), containerId, pod);

    public static Resource Scalar(string name, double value) => new()
    {
        Name = name,
        Type = Value.Types.Type.Scalar,
        Scalar = new Value.Types.Scalar { Value = value },
    };

    public static FrameworkInfo Framework(params FrameworkInfo.Types.Capability.Types.Type[] capabilities) => new()
    {
        User = "",
        Name = "test",
        Id = new FrameworkID { Value = FrameworkId },
        Capabilities = { capabilities.Select(each => new FrameworkInfo.Types.Capability { Type = each }) },
    };

    public void Run(TaskInfo task, FrameworkInfo? framework = null) => Master.Say(new AgentEvent
    {
        Type = AgentEvent.Types.Type.RunTask,
        RunTask = new AgentEvent.Types.RunTask { Framework = framework ?? Framework(), Task = task },
    });

    public void RunGroup(string executorId, FrameworkInfo framework, params TaskInfo[] tasks) => Master.Say(new AgentEvent
    {
        Type = AgentEvent.Types.Type.RunGroup,
        RunGroup = new AgentEvent.Types.RunGroup
        {
            Framework = framework,
            Executor = new ExecutorInfo
            {
                ExecutorId = new ExecutorID { Value = executorId },
                Type = ExecutorInfo.Types.Type.Default,
                FrameworkId = framework.Id,
                Resources = { Scalar("cpus", 0.1), Scalar("mem", 32), Scalar("disk", 16) },
            },
            TaskGroup = new TaskGroupInfo { Tasks = { tasks } },
        },
    });

    public void Kill(string taskId, TimeSpan? grace = null) => Master.Say(new AgentEvent
    {
        Type = AgentEvent.Types.Type.KillTask,
        KillTask = new AgentEvent.Types.KillTask
        {
            FrameworkId = new FrameworkID { Value = FrameworkId },
            TaskId = new TaskID { Value = taskId },
            KillPolicy = grace is { } given
                ? new KillPolicy { GracePeriod = new DurationInfo { Nanoseconds = given.Ticks * 100 } }
                : null,
        },
    });

    public static string VirtualPath(string taskId, string file) => $"/frameworks/{FrameworkId}/executors/{taskId}/runs/latest/{file}";

    public async Task<(int Status, AgentOperatorResponse? Answer, string Text)> CallAsync(AgentOperatorCall call)
    {
        using var content = new ByteArrayContent(MesosJson.Serialize(call));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await http.PostAsync(new Uri(Endpoint, "/api/v1"), content);
        var body = await response.Content.ReadAsByteArrayAsync();
        return response.IsSuccessStatusCode
            ? ((int)response.StatusCode, MesosJson.Parse<AgentOperatorResponse>(body), "")
            : ((int)response.StatusCode, null, Encoding.UTF8.GetString(body));
    }

    public async Task<int> CallForStatusAsync(AgentOperatorCall call)
    {
        using var content = new ByteArrayContent(MesosJson.Serialize(call));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await http.PostAsync(new Uri(Endpoint, "/api/v1"), content);
        return (int)response.StatusCode;
    }

    public async Task<string> ReadFileAsync(string taskId, string file, ulong offset = 0)
    {
        var (status, answer, text) = await CallAsync(new AgentOperatorCall
        {
            Type = AgentOperatorCall.Types.Type.ReadFile,
            ReadFile = new AgentOperatorCall.Types.ReadFile { Path = VirtualPath(taskId, file), Offset = offset },
        });
        status.ShouldBe(200, text);
        return answer!.ReadFile.Data.ToStringUtf8();
    }

    public string Sandbox(string taskId) =>
        Directory.ResolveLinkTarget(
            Path.Combine(Directory.GetDirectories(Path.Combine(WorkDirectory, "slaves"))[0], "frameworks", FrameworkId, "executors", taskId, "runs", "latest"),
            returnFinalTarget: true)!.FullName;

    /// <summary>Whether the supervisor of a run has written down how its task ended.</summary>
    public static bool HasExitStatus(string runDirectory) =>
        File.Exists(Path.Combine(runDirectory, "status")) && File.ReadAllText(Path.Combine(runDirectory, "status")) is { Length: > 0 } text && char.IsAsciiDigit(text[0]);

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await StopAsync();
        process?.Dispose();
        Directory.Delete(WorkDirectory, recursive: true);
    }

    private void Append(string? line)
    {
        lock (log)
            log.AppendLine(line);
    }
}
