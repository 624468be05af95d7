using System.Diagnostics;
using System.Text;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.ControlPlane.Storage;
using DataPlatform.Services.Hosting.Files;
using DataPlatform.Services.Tests.Agent.Running;
using DataPlatform.Services.Tests.ControlPlane;

namespace DataPlatform.Services.Tests.Cli;

/// <summary>A control plane that shows a task of a real agent, each with the rights that a platform gives it, and <c>dp</c> as people start it.</summary>
internal sealed class ExecUnderTest : IAsyncDisposable
{
    private const string Rules = """
        {"view_tasks":                                              [{"principals":{"values":["control-plane"]},"users":{"type":"ANY"}}],
         "launch_nested_container_sessions_under_parent_with_user": [{"principals":{"values":["control-plane"]},"users":{"type":"ANY"}}],
         "launch_nested_container_sessions_as_user":                [{"principals":{"values":["control-plane"]},"users":{"type":"ANY"}}],
         "wait_nested_containers":                                  [{"principals":{"values":["control-plane"]},"users":{"type":"ANY"}}],
         "attach_containers_input":                                 [{"principals":{"values":["control-plane"]},"users":{"type":"ANY"}}]}
        """;

    private const string Credential = """{"principal":"control-plane","secret":"sesame"}""";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dp-exec-");

    private ExecUnderTest(FakeMaster master) => Master = master;

    public FakeMaster Master { get; }

    public AgentUnderTest Agent { get; private set; } = null!;

    public ControlPlaneHost ControlPlane { get; private set; } = null!;

    public static async Task<ExecUnderTest> StartAsync()
    {
        var test = new ExecUnderTest(await FakeMaster.StartAsync());
        test.Agent = await AgentUnderTest.StartAsync(
            test.Master, "--http-credentials", test.Write("callers", $$"""{"credentials":[{{Credential}}]}"""), "--acls", test.Write("acls", Rules));
        test.Agent.Run(AgentUnderTest.TaskOf("t1", "exec sleep 300"));
        await test.Master.WaitForAsync("t1", TaskState.TaskRunning);
        var credential = test.Write("control-plane", Credential);
        test.ControlPlane = await ControlPlaneHost.Start(change: settings => settings with { CredentialFile = credential });
        test.ControlPlane.Engine.FrameworkId = AgentUnderTest.FrameworkId;
        await test.ControlPlane.Post("/api/v1/clusters", """{"package":"sample","name":"trial"}""");
        test.ControlPlane.Engine.Wanted.TryPeek(out var cluster).ShouldBeTrue();
        var nothing = new AmountsView(0, 0, 0);
        var task = new TaskView(
            "worker-0", "t1", "TASK_RUNNING", null, "127.0.0.1", "master-S0", test.Agent.Endpoint.ToString(), nothing, new Dictionary<string, int>(), null, null, true);
        test.ControlPlane.Engine.Show(cluster!.Id, ScriptedOperator.Pending with { Tasks = [task, task with { Name = "worker-1", TaskId = "t2" }] });
        var token = test.ControlPlane.Get<TokenStore>().Create(TokenStore.Bearer, "dp", "tester", TimeSpan.FromDays(1));
        test.Write("cli.json", $$"""{"control_plane":"{{test.ControlPlane.Url}}","token":"{{token}}"}""");
        return test;
    }

    /// <summary>Without a terminal.</summary>
    public async Task<(int Status, string Output, string Error)> RunAsync(byte[] input, params string[] arguments)
    {
        using var process = Start(arguments);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var (output, error) = (new MemoryStream(), process.StandardError.ReadToEndAsync(limit.Token));
        var reading = process.StandardOutput.BaseStream.CopyToAsync(output, limit.Token);
        await process.StandardInput.BaseStream.WriteAsync(input, limit.Token);
        process.StandardInput.Close();
        await reading;
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, Encoding.Latin1.GetString(output.ToArray()), await error);
    }

    public Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Program, ["exec", .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DP_CONFIG"] = Path.Combine(folder.FullName, "cli.json");
        return Process.Start(start)!;
    }

    public TerminalUnderTest StartInTerminal(params string[] arguments) => TerminalUnderTest.Start(
        Program, ["dp", "exec", .. arguments], new Dictionary<string, string>
        {
            ["DP_CONFIG"] = Path.Combine(folder.FullName, "cli.json"), ["PATH"] = "/usr/bin:/bin", ["TERM"] = "vt100", ["HOME"] = folder.FullName,
            ["DOTNET_ROOT"] = DotnetRoot,
        });

    public static string DotnetRoot =>
        Environment.GetEnvironmentVariable("DOTNET_ROOT") ?? Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(typeof(object).Assembly.Location))))!;

    public async ValueTask DisposeAsync()
    {
        await ControlPlane.DisposeAsync();
        await Agent.DisposeAsync();
        await Master.DisposeAsync();
        folder.Delete(recursive: true);
    }

    private static string Program => Path.Combine(AppContext.BaseDirectory, "dp");

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder.FullName, name);
        AtomicFile.Write(path, text);
        return path;
    }
}

/// <summary>A program on a pseudo terminal, and a person who types there.</summary>
internal sealed class TerminalUnderTest : IDisposable
{
    private readonly PseudoTerminal terminal = PseudoTerminal.Open(null);
    private readonly DescriptorWatch descriptors = new();
    private readonly ProcessWatch watch = new();
    private readonly CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
    private readonly StringBuilder seen = new();
    private Task<int?> ended = Task.FromResult<int?>(null);

    public int ProcessId { get; private set; }

    public string Seen => seen.ToString();

    /// <summary>How its lines are edited, as stty tells.</summary>
    public string Settings
    {
        get
        {
            using var stty = Process.Start(new ProcessStartInfo("stty", ["-F", terminal.Name, "-g"]) { RedirectStandardOutput = true })!;
            return stty.StandardOutput.ReadToEnd();
        }
    }

    public static TerminalUnderTest Start(string program, string[] words, Dictionary<string, string> environment)
    {
        var test = new TerminalUnderTest();
        test.Resize(30, 90);
        // Read once before, so that the settings are there to be compared with.
        test.ProcessId = Spawn.Start(new ProcessStart(program, words, environment, "/", []) { Terminal = test.terminal.OfProgram });
        test.terminal.CloseOfProgram();
        test.ended = test.watch.WhenEnded(new ProcessIdentity(test.ProcessId, ProcessStat.Of(test.ProcessId)!.Value.StartTicks));
        return test;
    }

    public void Resize(ushort rows, ushort columns) => terminal.Resize(rows, columns);

    public async Task TypeAsync(string text)
    {
        using var input = new DataPlatform.Services.Agent.Nested.ProcessInput(new Microsoft.Win32.SafeHandles.SafeFileHandle(terminal.Input.DangerousGetHandle(), ownsHandle: false), isTerminal: false, descriptors);
        await input.WriteAsync(Encoding.UTF8.GetBytes(text), limit.Token);
    }

    public async Task WaitForAsync(string text)
    {
        try
        {
            while (!Seen.Contains(text, StringComparison.Ordinal) && await ReadAsync())
            {
            }
        }
        catch (OperationCanceledException)
        {
        }

        Seen.ShouldContain(text);
    }

    public async Task<int?> WhenEndedAsync()
    {
        while (!ended.IsCompleted && await ReadAsync())
        {
        }

        return await ended.WaitAsync(limit.Token);
    }

    public void Dispose()
    {
        terminal.Dispose();
        descriptors.Dispose();
        watch.Dispose();
        limit.Dispose();
    }

    /// <returns>False when no program has the terminal open any more.</returns>
    private async Task<bool> ReadAsync()
    {
        await Task.WhenAny(descriptors.WhenReadable(terminal.Output, limit.Token), ended);
        limit.Token.ThrowIfCancellationRequested();
        var buffer = new byte[4096];
        var count = DescriptorWatch.Read(terminal.Output, buffer);
        if (count > 0)
            seen.Append(Encoding.UTF8.GetString(buffer, 0, count));
        return count > 0 || !ended.IsCompleted;
    }
}
