using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using DataPlatform.Benchmarks.Live;

namespace DataPlatform.Benchmarks.Slurm;

/// <summary>Debian's slurm with one node on this machine, everything of it in a folder of its own.</summary>
internal static class SlurmCluster
{
    private const int SubmittersAtOnce = 4;

    private static readonly string[] Needed = ["/usr/sbin/munged", "/usr/sbin/slurmctld", "/usr/sbin/slurmd", "/usr/bin/sbatch", "/usr/bin/squeue", "/usr/bin/sinfo"];

    /// <summary>Jobs a second, or why it could not be measured.</summary>
    public static async Task<(double? Rate, string? Why)> MeasureAsync(int jobs, int atOnce, CancellationToken cancellation)
    {
        if (Needed.FirstOrDefault(program => !File.Exists(program)) is { } missing)
            return (null, $"{missing} is missing (apt-get install slurmctld slurmd slurm-client munge)");
        if (Environment.UserName != "root")
            return (null, "slurm's daemons need root");
        var folder = Directory.CreateTempSubdirectory("dp-slurm-");
        try
        {
            return await RunAsync(folder.FullName, jobs, atOnce, cancellation);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<(double? Rate, string? Why)> RunAsync(string folder, int jobs, int atOnce, CancellationToken cancellation)
    {
        var socket = await WriteConfigurationAsync(folder, atOnce);
        var environment = new Dictionary<string, string> { ["SLURM_CONF"] = Path.Combine(folder, "slurm.conf") };
        await using var munge = new StartedProcess("/usr/sbin/munged",
            ["--foreground", "--force", "--socket", socket, "--key-file", Path.Combine(folder, "munge.key"), "--pid-file", Path.Combine(folder, "munged.pid"),
                "--log-file", Path.Combine(folder, "munged-own.log"), "--seed-file", Path.Combine(folder, "munged.seed")], Path.Combine(folder, "munged.log"));
        if (!await BecomesAsync(() => Task.FromResult(File.Exists(socket)), cancellation))
            return (null, $"munged does not start: {munge.Tail}");
        await using var control = new StartedProcess("/usr/sbin/slurmctld", ["-D", "-f", environment["SLURM_CONF"]], Path.Combine(folder, "slurmctld.log"));
        await using var node = new StartedProcess("/usr/sbin/slurmd", ["-D", "-N", "node0", "-f", environment["SLURM_CONF"]], Path.Combine(folder, "slurmd.log"));
        if (!await BecomesAsync(async () => (await AskAsync("/usr/bin/sinfo", ["-h", "-o", "%T"], environment, cancellation)).Output.Contains("idle", StringComparison.Ordinal), cancellation))
            return (null, $"the node does not become idle: {control.Tail} {node.Tail}");

        // One before the clock starts, as the first of anything is slow.
        var job = Path.Combine(folder, "job.sh");
        await File.WriteAllTextAsync(job, "#!/bin/sh\ntrue\n", cancellation);
        string[] submit = ["--output=/dev/null", "--ntasks=1", "--chdir=/tmp", job];
        var (code, said) = await AskAsync("/usr/bin/sbatch", ["--wait", .. submit], environment, cancellation);
        if (code != 0)
            return (null, $"sbatch refuses: {said.Trim()}");
        var watch = Stopwatch.StartNew();
        await Parallel.ForAsync(0, jobs, new ParallelOptions { MaxDegreeOfParallelism = SubmittersAtOnce, CancellationToken = cancellation },
            async (_, token) => await AskAsync("/usr/bin/sbatch", submit, environment, token));
        while ((await AskAsync("/usr/bin/squeue", ["-h"], environment, cancellation)).Output.Trim().Length > 0)
            await Task.Delay(50, cancellation);
        return (jobs / watch.Elapsed.TotalSeconds, null);
    }

    private static async Task<string> WriteConfigurationAsync(string folder, int atOnce)
    {
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var socket = Path.Combine(folder, "munge.socket");
        var key = Path.Combine(folder, "munge.key");
        await File.WriteAllBytesAsync(key, RandomNumberGenerator.GetBytes(128));
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        foreach (var name in (string[])["state", "spool"])
            Directory.CreateDirectory(Path.Combine(folder, name));
        await File.WriteAllTextAsync(Path.Combine(folder, "cgroup.conf"), $"CgroupPlugin=cgroup/{(File.Exists("/sys/fs/cgroup/cgroup.controllers") ? "v2" : "v1")}\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "slurm.conf"), $"""
            ClusterName=bench
            SlurmctldHost={Dns.GetHostName()}(127.0.0.1)
            SlurmctldPort={FreePort()}
            SlurmdPort={FreePort()}
            SlurmUser=root
            SlurmdUser=root
            AuthType=auth/munge
            AuthInfo=socket={socket}
            CredType=cred/munge
            StateSaveLocation={folder}/state
            SlurmdSpoolDir={folder}/spool
            SlurmctldPidFile={folder}/slurmctld.pid
            SlurmdPidFile={folder}/slurmd.pid
            ProctrackType=proctrack/pgid
            TaskPlugin=task/none
            SwitchType=switch/none
            MpiDefault=none
            JobAcctGatherType=jobacct_gather/none
            SelectType=select/cons_tres
            SelectTypeParameters=CR_CPU
            SchedulerType=sched/backfill
            ReturnToService=2
            SlurmdParameters=config_overrides
            NodeName=node0 NodeHostname={Dns.GetHostName()} NodeAddr=127.0.0.1 CPUs={atOnce} State=UNKNOWN
            PartitionName=bench Nodes=node0 Default=YES MaxTime=INFINITE State=UP

            """);
        return socket;
    }

    private static async Task<bool> BecomesAsync(Func<Task<bool>> condition, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < TimeSpan.FromSeconds(60))
        {
            if (await condition())
                return true;
            await Task.Delay(100, cancellation);
        }

        return false;
    }

    private static async Task<(int Code, string Output)> AskAsync(
        string program, IEnumerable<string> arguments, Dictionary<string, string> environment, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
        await process.WaitForExitAsync(cancellation);
        return (process.ExitCode, await output + await errors);
    }

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }
}
