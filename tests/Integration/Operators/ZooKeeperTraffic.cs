using System.Diagnostics;
using System.Globalization;
using Shouldly;

namespace DataPlatform.Integration.Tests.Operators;

/// <summary>Somebody who makes nodes in a ZooKeeper all the time, by what the package itself speaks to its servers with, and goes to another server when one is gone.</summary>
public sealed class ZooKeeperTraffic : IAsyncDisposable
{
    private readonly Process writer;
    private readonly Task<string> complaints;

    public ZooKeeperTraffic(string servers)
    {
        writer = Start(Writer, servers);
        complaints = writer.StandardError.ReadToEndAsync();
    }

    /// <summary>Ends it, and holds what each of these servers has against what was confirmed.</summary>
    /// <returns>How many nodes were confirmed, and the most seconds that went by without one.</returns>
    public async Task<(int Count, double Gap)> CheckAsync(string servers)
    {
        await writer.StandardInput.WriteLineAsync(servers);
        writer.StandardInput.Close();
        var said = (await writer.StandardOutput.ReadToEndAsync()).Trim().Split(' ');
        await writer.WaitForExitAsync();
        (await complaints).ShouldBeEmpty();
        said.Length.ShouldBe(4);
        int.Parse(said[2], CultureInfo.InvariantCulture).ShouldBe(0, "nodes that were confirmed and are not there");
        int.Parse(said[3], CultureInfo.InvariantCulture).ShouldBe(1, "servers that agree have one tree");
        return (int.Parse(said[0], CultureInfo.InvariantCulture), double.Parse(said[1], CultureInfo.InvariantCulture));
    }

    /// <summary>What a program writes that speaks to the servers.</summary>
    public static async Task<string> SayAsync(string program, string servers)
    {
        using var python = Start(program, servers);
        var errors = python.StandardError.ReadToEndAsync();
        var said = await python.StandardOutput.ReadToEndAsync();
        await python.WaitForExitAsync();
        return (said + await errors).Trim();
    }

    private static Process Start(string program, string servers)
    {
        var start = new ProcessStartInfo("/usr/bin/python3", ["-c", program])
        {
            WorkingDirectory = Path.Combine(AppContext.BaseDirectory, "packages", "zookeeper"), RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["SERVERS"] = servers;
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        return Process.Start(start)!;
    }

    public async ValueTask DisposeAsync()
    {
        if (!writer.HasExited)
            writer.Kill();
        await writer.WaitForExitAsync();
        writer.Dispose();
    }

    private const string Writer = """
        import hashlib, os, sys, threading, time, zookeeper
        from zookeeper import Refused, Session

        SYNC, ANYONE = 9, zookeeper.acl([(31, "world", "anyone")])
        servers, at_last, ending = os.environ["SERVERS"].split(","), [], threading.Event()
        threading.Thread(target=lambda: (at_last.append(sys.stdin.readline().strip()), ending.set()), daemon=True).start()

        def create(session, path):
            session.ask(zookeeper.CREATE, zookeeper.text(path) + zookeeper.data(path.encode()) + ANYONE + zookeeper.number(0), path)

        session, turn, number, confirmed, last, gap = None, 0, 0, set(), time.monotonic(), 0.0
        while not ending.is_set():
            try:
                if session is None:
                    session = Session(servers[turn % len(servers)], seconds=5)
                    if not confirmed:
                        try:
                            create(session, "/trial")
                        except Refused:
                            pass
                create(session, f"/trial/{number}")
                confirmed.add(str(number))
                number += 1
                gap, last = max(gap, time.monotonic() - last), time.monotonic()
                time.sleep(0.002)
            except (OSError, Refused):
                # It may be there or not: nobody was told.
                number, turn, session = number + 1, turn + 1, None
                time.sleep(0.02)

        def tree(session, path):
            seen = [(path, session.get(path)[0])]
            for child in sorted(session.children(path)):
                seen += tree(session, path.rstrip("/") + "/" + child)
            return seen

        trees, missed = set(), set()
        for server in at_last[0].split(","):
            with Session(server, seconds=60) as session:
                session.ask(SYNC, zookeeper.text("/"), "/")
                missed |= confirmed - set(session.children("/trial"))
                trees.add(hashlib.sha256(repr(tree(session, "/")).encode()).hexdigest())
        print(len(confirmed), round(gap, 2), len(missed), len(trees))
        """;
}
