using System.Text;
using DataPlatform.Core.Pool;
using DataPlatform.Core.Pool.Recording;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Tests.Pool.Recording;

/// <summary>What was recorded is decided again; whatever was done to the recording is noticed at its place.</summary>
public sealed class ReplayTests
{
    private const string Secret = "hunter2-the-secret";

    private readonly List<string> lines = [];

    public ReplayTests() => Record();

    [Fact]
    public void The_same_is_decided_again_with_the_reason_of_each_offer()
    {
        var replayed = Replayed(lines);

        replayed.Count.ShouldBe(lines.Count - 2);
        replayed.ShouldAllBe(decision => decision.Difference == null);
        var offers = replayed.SelectMany(decision => decision.Events).Where(happened => happened.Event is PoolEvent.OfferMade).ToList();
        offers.Count.ShouldBeGreaterThan(2);
        offers[0].Reason.ShouldBe("share 0, of its role 0; nobody else could have it");
        offers.ShouldContain(happened => happened.Reason!.Contains("could have been of", StringComparison.Ordinal));
        replayed.ShouldContain(decision => decision.Outcome.StartsWith("Forbidden: Principal 'eve'", StringComparison.Ordinal));
    }

    [Fact]
    public void No_secret_stands_in_it_and_what_was_equal_still_is()
    {
        string.Concat(lines).ShouldNotContain(Secret);
        string.Concat(lines).ShouldNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret)));
        var executors = Replayed(lines).SelectMany(decision => decision.Events).Select(happened => happened.Event).OfType<PoolEvent.ExecutorAdded>().ToList();
        // The second task came under the same executor: so its ExecutorInfo was taken for the same.
        executors.ShouldHaveSingleItem().Info.Command.Value.ShouldStartWith("masked:");
        Replayed(lines).SelectMany(decision => decision.Events).Count(happened => happened.Event is PoolEvent.TaskAdded).ShouldBe(3);
    }

    [Fact]
    public void A_line_that_was_changed_left_out_or_put_in_is_named()
    {
        var changed = lines.ToList();
        changed[4] = changed[4].Replace("\"events\":[", "\"events\": [", StringComparison.Ordinal);
        Should.Throw<RecordingException>(() => Replayed(changed)).Line.ShouldBe(5);
        Should.Throw<RecordingException>(() => Replayed([.. lines[..4], .. lines[5..]])).Line.ShouldBe(5);
        Should.Throw<RecordingException>(() => Replayed([.. lines[..4], lines[3], .. lines[4..]])).Line.ShouldBe(5);
        Should.Throw<RecordingException>(() => Replayed(lines[3..])).Line.ShouldBe(1);
        Should.Throw<RecordingException>(() => Replayed([.. lines[..4], lines[4][..40]])).Message.ShouldStartWith("line 5: ");
        Should.Throw<RecordingException>(() => Replayed(["", "x"])).Line.ShouldBe(1);
    }

    [Theory]
    [InlineData("cpus:3;mem:924", "cpus:9;mem:924")]
    [InlineData("\"RolesSuppressed\"", "\"RolesRevived\"")]
    [InlineData("Forbidden: ", "NotFound: ")]
    public void Another_decision_under_good_sums_is_named_with_both(string then, string tampered)
    {
        var place = lines.FindIndex(line => line.Contains(then, StringComparison.Ordinal));
        place.ShouldBeGreaterThan(0);

        var replayed = Replayed(Summed(lines.Select((line, index) => index == place ? line.Replace(then, tampered, StringComparison.Ordinal) : line)));

        var difference = replayed[^1].Difference.ShouldNotBeNull();
        replayed[^1].Line.ShouldBe(place + 1);
        difference.Recorded.ShouldContain(tampered);
        difference.Decided.ShouldContain(then);
    }

    [Fact]
    public void Another_message_under_good_sums_is_named()
    {
        var place = lines.FindIndex(line => line.Contains("\"messages\":[\"", StringComparison.Ordinal));
        var first = lines[place].IndexOf("\"messages\":[\"", StringComparison.Ordinal) + "\"messages\":[\"".Length;
        var sum = lines[place][first..(first + 16)];

        var replayed = Replayed(Summed(lines.Select((line, index) => index == place ? line.Replace(sum, new string('0', 16), StringComparison.Ordinal) : line)));

        replayed[^1].Difference.ShouldBe(new ReplayDifference(
            ReplayPart.Message, 0, "a message of sum 0000000000000000", RecordingText.Of(replayed[^1].Messages[0].Effect)));
    }

    [Fact]
    public void Another_command_under_good_sums_leads_elsewhere()
    {
        var place = lines.FindIndex(line => line.Contains("\"type\":\"DECLINE\"", StringComparison.Ordinal));
        var tampered = Summed(lines.Select((line, index) => index == place ? line.Replace("M-O0", "M-O7", StringComparison.Ordinal) : line));
        Replayed(tampered)[^1].ShouldSatisfyAllConditions(decision => decision.Line.ShouldBe(place + 1), decision => decision.Difference.ShouldNotBeNull());
    }

    [Fact]
    public void A_recording_of_another_version_is_refused()
    {
        var other = Summed(lines.Select(line => line.Replace("\"version\":2", "\"version\":3", StringComparison.Ordinal)));
        Should.Throw<RecordingException>(() => Replayed(other)).Message.ShouldBe("line 1: it is of version 3; this dp reads version 2");
    }

    private static List<ReplayedDecision> Replayed(IEnumerable<string> lines)
    {
        var (reader, replay, decisions) = (new RecordingReader(), new Replay(), new List<ReplayedDecision>());
        foreach (var line in lines)
        {
            if (replay.Take(reader.Line + 1, reader.Read(line)) is { } decision)
                decisions.Add(decision);
            if (decisions is [.., { Difference: not null }])
                break;
        }

        return decisions;
    }

    /// <summary>With sums made anew, as by someone who knows how.</summary>
    private static List<string> Summed(IEnumerable<string> lines)
    {
        var last = "";
        return [.. lines.Select(line =>
        {
            var text = line[17..];
            last = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(last + text)).AsSpan(0, 8));
            return $"{last} {text}";
        })];
    }

    private void Record()
    {
        var access = AccessRulesReader.Read(Encoding.UTF8.GetBytes("""
            {"permissive":true,"teardown_frameworks":[
              {"principals":{"values":["ops"]},"framework_principals":{"type":"ANY"} }, {"principals":{"type":"NONE"},"framework_principals":{"type":"ANY"} }]}
            """));
        var pool = new PoolUnderTest(access: access);
        var writer = new RecordingWriter(new byte[32]);
        Keep(writer.Begin(pool.State));
        pool.Decided = (now, command, decision) => Keep(writer.Decide(now, command, decision));
        var agent = pool.Register("a1");
        var first = pool.Subscribe("f");
        var second = pool.Subscribe("g");
        pool.Call(first, call =>
        {
            call.Type = SchedulerCall.Types.Type.Decline;
            call.Decline = new() { Filters = new() { RefuseSeconds = double.NaN } };
            call.Decline.OfferIds.Add(pool.OffersTo("f").Select(offer => offer.Id));
        });
        var task = PoolUnderTest.Task("t1", agent);
        task.Command.Environment = new() { Variables = { new EnvironmentVariables.Types.Variable { Name = "PASSWORD", Value = Secret } } };
        var hidden = new Secret { Type = Core.Protocol.Mesos.Secret.Types.Type.Value, Value = new() { Data = Google.Protobuf.ByteString.CopyFromUtf8(Secret) } };
        task.Command.Environment.Variables.Add(new EnvironmentVariables.Types.Variable { Name = "TOKEN", Type = EnvironmentVariables.Types.Variable.Types.Type.Secret, Secret = hidden });
        task.Container = new ContainerInfo
        {
            Type = ContainerInfo.Types.Type.Mesos,
            Volumes = { new Volume { ContainerPath = "key", Mode = Volume.Types.Mode.Ro, Source = new() { Type = Volume.Types.Source.Types.Type.Secret, Secret = hidden } } },
        };
        task.Data = Google.Protobuf.ByteString.CopyFromUtf8(Secret);
        pool.Accept(second, pool.OffersTo("g"), task);
        pool.Call(second, call => { call.Type = SchedulerCall.Types.Type.Suppress; call.Suppress = new(); });
        pool.Accept(second, pool.OffersTo("g"), Under("t2", agent), Under("t3", agent));
        pool.Call(second, call => { call.Type = SchedulerCall.Types.Type.Revive; call.Revive = new(); });
        pool.Pass(TimeSpan.FromSeconds(10));
        pool.Update("a1", second, "t1", TaskState.TaskRunning);
        pool.Do(new PoolCommand.MoveWallClock(TimeSpan.FromHours(-1)));
        pool.Update("a1", second, "t1", TaskState.TaskFailed, uuid: PoolUnderTest.Uuid(2));
        pool.Do(new PoolCommand.TearDown(second, new Caller.Named("eve", "127.0.0.1")));
        pool.Do(new PoolCommand.TearDown(second, new Caller.Named("ops", "127.0.0.1")));
        pool.Pass(TimeSpan.FromMinutes(3));
        Keep(writer.End("the test is over"));
    }

    private static TaskInfo Under(string id, string agent)
    {
        var task = PoolUnderTest.Task(id, agent, "cpus:0.5;mem:10");
        task.Command = null;
        task.Executor = new ExecutorInfo
        {
            Type = ExecutorInfo.Types.Type.Custom, ExecutorId = new ExecutorID { Value = "x" }, Command = new CommandInfo { Value = $"run --token {Secret}" },
        };
        return task;
    }

    private void Keep(byte[]? line)
    {
        if (line is not null)
            lines.Add(Encoding.UTF8.GetString(line).TrimEnd('\n'));
    }
}
