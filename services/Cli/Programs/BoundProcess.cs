using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace DataPlatform.Services.Cli.Programs;

/// <summary>Starts programs that get SIGTERM when this process is gone, however it ended.</summary>
public static class BoundProcess
{
    /// <summary>
    /// The only shell there is: unless the parent was gone before it could be watched, it turns the outputs into the log and becomes the
    /// program, whose arguments it never reads.
    /// </summary>
    private const string Become = "[ \"$PPID\" = \"$1\" ] || exit 1; exec >>\"$2\" 2>&1 </dev/null; shift 2; exec \"$@\"";

    private static readonly BlockingCollection<Request> Requests = [];

    // The kernel's signal comes with the end of the thread that started a program: this one lives as long as the process.
    static BoundProcess() => new Thread(Serve) { IsBackground = true, Name = "starts programs" }.Start();

    /// <param name="command">A program's path and its arguments.</param>
    /// <param name="log">The file that both its outputs are appended to.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">It can't be started.</exception>
    public static Process Start(IEnumerable<string> command, string log, string workingDirectory, IReadOnlyDictionary<string, string> environment)
    {
        // A session of its own, so that Ctrl-C in the terminal does not reach it.
        string[] whole = ["--pdeathsig", "TERM", "/usr/bin/setsid", "/bin/sh", "-c", Become, "sh", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), log, .. command];
        var start = new ProcessStartInfo("/usr/bin/setpriv", whole) { WorkingDirectory = workingDirectory };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var request = new Request(start, new TaskCompletionSource<Process>());
        Requests.Add(request);
        return request.Started.Task.GetAwaiter().GetResult();
    }

    private static void Serve()
    {
        foreach (var request in Requests.GetConsumingEnumerable())
        {
            try
            {
                request.Started.SetResult(Process.Start(request.Start)!);
            }
            catch (Exception error)
            {
                request.Started.SetException(error);
            }
        }
    }

    private sealed record Request(ProcessStartInfo Start, TaskCompletionSource<Process> Started);
}
