using System.Diagnostics;
using System.Globalization;
using Shouldly;

namespace DataPlatform.Integration.Tests.Operators;

/// <summary>Somebody who writes rows one after the other for as long as this lives, each until most of its copies are confirmed, by whatever node answers.</summary>
internal sealed class CassandraTraffic : IAsyncDisposable
{
    private readonly Process writer;
    private readonly Task<string> complaints;

    public CassandraTraffic(string nodes, string password)
    {
        var start = new ProcessStartInfo("/usr/bin/python3", ["-c", Writer])
        {
            WorkingDirectory = Folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        (start.Environment["NODES"], start.Environment["BY"], start.Environment["PYTHONDONTWRITEBYTECODE"]) = (nodes, password, "1");
        writer = Process.Start(start)!;
        complaints = writer.StandardError.ReadToEndAsync();
    }

    /// <summary>What speaks to nodes lies there.</summary>
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "packages", "cassandra");

    /// <summary>Ends it, and holds what is there against what was confirmed.</summary>
    /// <returns>How many rows were confirmed, and the most seconds that went by without one.</returns>
    public async Task<(int Count, double Gap)> CheckAsync()
    {
        writer.StandardInput.Close();
        var said = (await writer.StandardOutput.ReadToEndAsync()).Trim().Split(' ');
        await writer.WaitForExitAsync();
        (await complaints).ShouldBeEmpty();
        said.Length.ShouldBe(3);
        int.Parse(said[2], CultureInfo.InvariantCulture).ShouldBe(0, "rows that were confirmed and are not there");
        return (int.Parse(said[0], CultureInfo.InvariantCulture), double.Parse(said[1], CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        if (!writer.HasExited)
            writer.Kill();
        await writer.WaitForExitAsync();
        writer.Dispose();
    }

    private const string Writer = """
        import os, struct, sys, threading, time, cql

        nodes, ending = os.environ["NODES"].split(","), threading.Event()
        threading.Thread(target=lambda: (sys.stdin.read(), ending.set()), daemon=True).start()
        session, turn, number, confirmed, last, gap = None, 0, 0, set(), time.monotonic(), 0.0
        while not ending.is_set():
            try:
                if session is None:
                    session = cql.Session(*nodes[turn % len(nodes)].rsplit(":", 1), timeout=5).sign_in("admin", os.environ["BY"])
                session.say(f"INSERT INTO trial.rows (id) VALUES ({number})")
                confirmed.add(number)
                number += 1
                gap, last = max(gap, time.monotonic() - last), time.monotonic()
                time.sleep(0.002)
            except (OSError, cql.Refused, ConnectionError):
                # It may be there or not: nobody was told.
                number, turn, session = number + 1, turn + 1, None
        for attempt in range(60):
            try:
                with cql.Session(*nodes[attempt % len(nodes)].rsplit(":", 1), timeout=60).sign_in("admin", os.environ["BY"]) as session:
                    there = {struct.unpack(">i", row[0])[0] for row in session.say("SELECT id FROM trial.rows")}
                break
            except (OSError, cql.Refused, ConnectionError):
                time.sleep(1)
        print(len(confirmed), round(gap, 2), len(confirmed - there))
        """;
}
