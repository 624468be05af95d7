using DataPlatform.Core.Pool;
using DataPlatform.Core.Pool.Recording;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using DataPlatform.Core.Tests.Pool;
using Google.Protobuf;

namespace DataPlatform.Core.Tests.Fuzzing;

/// <summary>Whatever well-formed calls frameworks, agents and operators send, the pool refuses or obeys; it never fails, and nothing is in it twice.</summary>
public sealed class PoolFuzzTests
{
    private const int Steps = 1500;

    /// <summary>A night's run sets DP_FUZZ_SEEDS to how many it has time for.</summary>
    public static TheoryData<int> Seeds =>
        [.. Enumerable.Range(1, int.TryParse(Environment.GetEnvironmentVariable("DP_FUZZ_SEEDS"), out var count) ? count : 5)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void No_call_brings_the_pool_down(int seed)
    {
        var world = new World(seed);
        for (var step = 0; step < Steps; step++)
            world.Step(step);
        world.Accepted.ShouldBeGreaterThan(Steps / 50, "calls that are all refused at the first check show nothing");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_was_decided_of_any_call_is_decided_again(int seed)
    {
        var lines = new List<string>();
        var world = new World(seed, lines.Add);
        for (var step = 0; step < Steps; step++)
            world.Step(step);

        var (reader, replay) = (new RecordingReader(), new Replay());
        foreach (var line in lines)
        {
            var decision = replay.Take(reader.Line + 1, reader.Read(line));
            decision?.Difference.ShouldBeNull($"seed {seed}, line {decision.Line}: {RecordingText.Of(decision.Command)}");
        }

        reader.Line.ShouldBeGreaterThan(Steps / 4);
    }

    private sealed class World
    {
        private readonly int seed;
        private readonly Random chance;
        private readonly RandomMessages messages;
        private readonly PoolUnderTest pool = new();
        private readonly List<string> streams = [];
        private int next;

        public World(int seed, Action<string>? record = null)
        {
            if (record is not null)
                Record(record);
            this.seed = seed;
            chance = new Random(seed);
            messages = new RandomMessages(chance);
            messages.KnownTexts.Add("root");
            Begin();
        }

        public int Accepted { get; private set; }

        public void Step(int step)
        {
            if (!pool.State.Frameworks.Values.Any(framework => framework.IsConnected) || !pool.State.Agents.Values.Any(agent => agent.IsConnected))
                Begin();
            var command = Command();
            if (command is null)
                return;
            try
            {
                if (pool.Do(command) is not PoolOutcome.Refused)
                    Accepted++;
                Check();
            }
            catch (Exception problem) when (problem is not ShouldAssertException)
            {
                throw new InvalidOperationException($"seed {seed}, step {step}: {Words(command)}", problem);
            }

            if (chance.Next(10) == 0)
                pool.Pass(TimeSpan.FromMilliseconds(chance.Next(1, 20_000)));
        }

        private void Record(Action<string> record)
        {
            void Keep(byte[]? line) => record(System.Text.Encoding.UTF8.GetString(line ?? []).TrimEnd('\n'));
            var writer = new RecordingWriter(new byte[32]);
            Keep(writer.Begin(pool.State));
            pool.Decided = (now, command, decision) =>
            {
                if (writer.Decide(now, command, decision) is { } line)
                    Keep(line);
            };
        }

        private void Begin()
        {
            next++;
            var framework = pool.Subscribe(Stream($"scheduler-{next}"), roles: ["role", "role/team"]);
            var agent = pool.Register(Stream($"agent-{next}"), "cpus:8;mem:8192;disk:8192;ports:[31000-31099]");
            messages.KnownTexts.AddRange([framework, agent, $"agent-{next}", $"task-{next}", $"executor-{next}"]);
            messages.KnownResources.Clear();
            messages.KnownResources.AddRange(pool.State.Offers.Values.SelectMany(offer => offer.Resources.ToMessages()));
            messages.KnownResources.AddRange(ResourceText.Parse("cpus:0.1;mem:32").ToMessages());
        }

        private string Stream(string name)
        {
            streams.Add(name);
            return name;
        }

        private PoolCommand? Command()
        {
            var offers = pool.State.Offers.Keys.Take(2).ToList();
            messages.KnownTexts.AddRange(offers);
            try
            {
                return Choose();
            }
            finally
            {
                messages.KnownTexts.RemoveRange(messages.KnownTexts.Count - offers.Count, offers.Count);
            }
        }

        private PoolCommand? Choose() => chance.Next(12) switch
        {
            < 6 => Travelled<SchedulerCall>(SchedulerCall.Types.Type.Subscribe) is { } call && AtTheDoor(AsKnown(call))
                ? new PoolCommand.SchedulerRequest(call, pool.State.Frameworks.GetValueOrDefault(call.FrameworkId.Value)?.StreamId, pool.Caller)
                : null,
            6 => Travelled(messages.Next<SchedulerCall>((int)SchedulerCall.Types.Type.Subscribe)) is { } call && AtTheDoor(call)
                ? new PoolCommand.Subscribe(call, Stream($"more-{streams.Count}"), pool.Caller)
                : null,
            7 => Travelled(messages.Next<AgentCall>((int)AgentCall.Types.Type.Register)) is { Register.AgentInfo: not null } call
                ? new PoolCommand.RegisterAgent(call.Register, call.AgentId, Stream($"more-{streams.Count}"), pool.Caller)
                : null,
            8 or 9 => Travelled<AgentCall>(AgentCall.Types.Type.Register) is { } call
                ? new PoolCommand.AgentRequest(call, pool.State.Agents.Values.FirstOrDefault(agent => agent.IsConnected)?.StreamId, pool.Caller)
                : null,
            10 => Operator(),
            _ => Travelled(messages.Next<Offer.Types.Operation>()) is { } operation
                ? new PoolCommand.Operate(pool.State.Agents.Keys.FirstOrDefault() ?? "nobody", operation, pool.Caller)
                : null,
        };

        /// <summary>What the endpoint lets through.</summary>
        private static bool AtTheDoor(SchedulerCall call) => (SchedulerCalls.WhyNot(call) ?? new CallLimits().WhyNot(call)) is null;

        private PoolCommand? Operator()
        {
            var agent = pool.State.Agents.Keys.FirstOrDefault() ?? "nobody";
            return chance.Next(10) switch
            {
                0 when Travelled(messages.Next<QuotaConfig>()) is { } quota => new PoolCommand.UpdateQuotas([quota], chance.Next(2) == 0, pool.Caller),
                1 when Travelled(messages.Next<QuotaRequest>()) is { } quota => new PoolCommand.SetQuota(quota, pool.Caller),
                2 when Travelled(messages.Next<WeightInfo>()) is { } weight => new PoolCommand.UpdateWeights([weight], pool.Caller),
                3 => new PoolCommand.DeactivateAgent(agent, pool.Caller),
                4 => new PoolCommand.ReactivateAgent(agent, pool.Caller),
                5 when Travelled(messages.Next<DrainConfig>()) is { } drain => new PoolCommand.DrainAgent(agent, drain, pool.Caller),
                7 when Travelled(messages.Next<Schedule>()) is { } schedule => new PoolCommand.UpdateMaintenanceSchedule(schedule, pool.Caller),
                8 => new PoolCommand.StartMaintenance([Machine()], pool.Caller),
                9 => new PoolCommand.StopMaintenance([Machine()], pool.Caller),
                6 when chance.Next(10) == 0 => new PoolCommand.MarkAgentGone(agent, pool.Caller),
                _ => null,
            };
        }

        private MachineID Machine() => chance.Next(4) > 0
            ? new MachineID { Hostname = pool.State.Agents.Values.FirstOrDefault()?.Info.Hostname ?? "nowhere" }
            : messages.Next<MachineID>();

        private T? Travelled<T>(Enum withoutType) where T : class, IMessage<T>, new()
        {
            var call = messages.Next<T>();
            return Convert.ToInt32(call.Descriptor.FindFieldByName("type").Accessor.GetValue(call)) == Convert.ToInt32(withoutType) ? null : Travelled(call);
        }

        /// <summary>As it comes out of the codec at the other end; null when that refuses it.</summary>
        private T? Travelled<T>(T message) where T : class, IMessage<T>, new()
        {
            var codec = chance.Next(2) == 0 ? MessageCodec.Json : MessageCodec.Protobuf;
            try
            {
                return codec.Decode<T>(messages.Damaged(codec.Encode(message)));
            }
            catch (MessageFormatException)
            {
                return null;
            }
        }

        /// <summary>Most calls come from a framework that is there.</summary>
        private SchedulerCall AsKnown(SchedulerCall call)
        {
            if (chance.Next(8) > 0 && pool.State.Frameworks.Keys.LastOrDefault() is { } framework)
                call.FrameworkId = new FrameworkID { Value = framework };
            return call;
        }

        private void Check()
        {
            foreach (var agent in pool.State.Agents.Values)
            {
                var parts = agent.HoldingTasks.Select(task => task.Resources)
                    .Concat(agent.Executors.Values.Select(executor => executor.Resources))
                    .Concat(pool.State.Offers.Values.Where(offer => offer.AgentId == agent.Id).Select(offer => offer.Resources))
                    .Select(part => part.Unallocated());
                var sum = ResourceBag.Empty;
                foreach (var part in parts)
                {
                    sum.ConflictsWith(part).ShouldBeFalse($"seed {seed}: {part} of {agent.Id} is given twice");
                    sum = sum.Add(part);
                }

                agent.Total.Contains(sum).ShouldBeTrue($"seed {seed}: {agent.Id} has {agent.Total}, given are {sum}");
            }
        }

        private static string Words(PoolCommand command) => command.ToString() is { Length: > 3000 } text ? text[..3000] : command.ToString();
    }
}
