using System.Net;
using System.Net.Sockets;
using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;
using Google.Protobuf;
using static DataPlatform.Core.Protocol.Mesos.ActivityInfo.Types;
using static DataPlatform.Services.Tests.Agent.Running.AgentUnderTest;
using Kind = DataPlatform.Core.Protocol.Mesos.ActivityInfo.Types.Sign.Types.Kind;

namespace DataPlatform.Services.Tests.Agent.Running;

public sealed class ActivityTests
{
    /// <summary>Answers a page with the login that it was given, and to whoever says something else with that.</summary>
    private const string Server = """
        import socketserver, sys
        class Answer(socketserver.StreamRequestHandler):
            def handle(self):
                said = self.rfile.readline().decode().strip()
                if said.startswith("GET"):
                    headers = {}
                    while line := self.rfile.readline().decode().strip():
                        name, value = line.split(": ", 1)
                        headers[name] = value
                    body = '{"login": "%s", "jobs": %s}' % (headers.get("Authorization"), open("jobs").read().strip())
                    self.wfile.write(("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)).encode())
                else:
                    self.wfile.write(("you said %s\nqueries 5\n" % said).encode())
        socketserver.TCPServer.allow_reuse_address = True
        socketserver.TCPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
        """;

    [Fact]
    public async Task Tells_what_a_task_does_by_its_page_by_what_it_answers_and_by_what_a_program_writes()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        var port = FreePort();
        var task = TaskOf("t1", $"echo 2 > jobs; cat > server.py <<'END'\n{Server}\nEND\nexec python3 server.py {port}");
        task.Activity = new ActivityInfo
        {
            DelaySeconds = 0.1, IntervalSeconds = 1, TimeoutSeconds = 5, TellWithinSeconds = 60,
            Looks =
            {
                new Look
                {
                    Http = new Http { Port = (uint)port, Path = "/status", Headers = { new Header { Name = "Authorization", Value = Secrets.ByValue("token t") } } },
                    Signs = { Sign(Kind.Busy, "jobs", "$.jobs"), Sign(Kind.Time, "login", "$.login"), Sign(Kind.Busy, "other", "$.other") },
                },
                new Look { Tcp = new Tcp { Port = (uint)port, Say = Secrets.ByValue("STATS mine\r\n") }, Expect = "^you said STATS mine", Signs = { new Sign { Kind = Kind.Count, Of = "queries", Match = "^queries ([0-9]+)" } } },
                new Look { Command = new CommandInfo { Value = "echo \"{\\\"in\\\": \\\"$MESOS_TASK_ID\\\", \\\"jobs\\\": $(cat jobs)}\"" }, Signs = { Sign(Kind.Time, "in", "$.in"), Sign(Kind.Busy, "jobs", "$.jobs") } },
                new Look { Command = new CommandInfo { Value = "exit 3" }, Signs = { Sign(Kind.Busy, "none", "$.jobs") } },
            },
        };

        agent.Run(task);
        await master.Eventually(() => master.ExecutorMessages.Any(each => Values(each).First() == "2"), "the page to say it");
        await File.WriteAllTextAsync(Path.Combine(agent.Sandbox("t1"), "jobs"), "0");
        await master.Eventually(() => Values(master.ExecutorMessages[^1]).First() == "0", "the page to say something else");

        master.ExecutorMessages[^1].ExecutorId.Value.ShouldBe("t1", "a task by itself has an executor of its own id");
        Values(master.ExecutorMessages[^1]).ShouldBe(["0", "token t", "its answer has nothing at $.other", "5", "t1", "0", "its command ends with status 3"]);
        ActivityReport.Parser.ParseFrom(master.ExecutorMessages[^1].Data).LookedAt.ShouldBeInRange(1.7e9, 1e10);
    }

    [Fact]
    public async Task Refuses_a_look_that_can_not_be_made()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        var task = TaskOf("t1", "sleep 300");
        task.Activity = new ActivityInfo { Looks = { new Look { Http = new Http { Port = 1 }, Signs = { Sign(Kind.Busy, "jobs", "jobs") } } } };

        agent.Run(task);

        (await master.WaitForAsync("t1", TaskState.TaskError)).Message.ShouldContain("task.activity.looks[0].signs[0].json_path must be $");
    }

    private static IEnumerable<string> Values(DataPlatform.Core.Protocol.Link.AgentCall.Types.ExecutorMessage message) =>
        ActivityReport.Parser.ParseFrom(message.Data).Seen.Select(seen => seen.HasValue ? seen.Value : seen.WhyNot);

    private static Sign Sign(Kind kind, string of, string path) => new() { Kind = kind, Of = of, JsonPath = path };
}
