using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Client.Scheduler;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Scheduling;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Tests.Sdk.Scheduling;

/// <summary>
/// A cluster's whole life, with its scheduler killed at each step that it stores, before and after it is stored: it always reaches what is
/// wanted, starts nothing twice and leaves nothing behind.
/// </summary>
public sealed class CrashesTests
{
    private const string Id = "id-of-mine";
    private const int MostTurns = 5_000;

    public static TheoryData<string> Packages => ["trial", "serial", "kept", "rules", "spark", "dask", "jupyter"];

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_scheduler_killed_at_any_step_reaches_the_goal_starts_nothing_twice_and_leaves_nothing(string name)
    {
        var steps = new Life(Package(name), crashAt: -1, isWritten: false).Run();
        steps.ShouldBeGreaterThan(20);
        for (var step = 0; step < steps; step++)
        {
            new Life(Package(name), step, isWritten: false).Run();
            new Life(Package(name), step, isWritten: true).Run();
        }
    }

    /// <summary>People change their mind whatever is under way; the seed of a failure is in its message.</summary>
    [Fact]
    public void Whatever_people_ask_for_one_after_another_settles()
    {
        for (var seed = 1; seed <= 80; seed++)
            new Life(Package((seed % 4) switch { 0 => "trial", 1 => "serial", 2 => "rules", _ => "kept" }), crashAt: -1, isWritten: false).RunAtRandom(seed);
    }

    private static ServicePackage Package(string name) => name switch
    {
        "trial" => new TrialPackage(named: true),
        "serial" => new TrialPackage(TrialPackage.Serially, named: true, job: true),
        "rules" => new TrialPackage(named: true, volumes: true, rules: true, mates: true),
        "kept" => new TrialPackage(TrialPackage.Serially, named: true, volumes: true),
        _ => ShippedPackage.Read(name),
    };

    private sealed class Life
    {
        private readonly ServicePackage package;
        private readonly int crashAt;
        private readonly bool isWritten;
        private readonly FakePool pool = new(3, 8, 32768);
        private readonly MemoryDocuments documents = new();
        private readonly Queue<SchedulerCommand> commands = [];
        private DateTimeOffset now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        private SchedulerCore core = null!;
        private WantedCluster wanted;
        private bool isRemoved;
        private int steps;
        private int ids;

        public Life(ServicePackage package, int crashAt, bool isWritten)
        {
            this.package = package;
            this.crashAt = crashAt;
            this.isWritten = isWritten;
            var options = package is TrialPackage ? new JsonObject { ["workers"] = 2, ["memory"] = 1024, ["motto"] = "" } : package.Description.Defaults.DeepClone().AsObject();
            wanted = new WantedCluster(Id, "mine", "me", options, now);
            Begin();
        }

        /// <returns>How many steps were stored.</returns>
        public int Run()
        {
            Until(ClusterState.Ready);
            var kept = pool.Volumes.Count > 0;
            var memory = package.Name == "spark" ? "worker_memory" : "memory";
            Change(memory, wanted.Options[memory]!.GetValue<int>() + 512);
            Until(ClusterState.Ready);
            if (wanted.Options.ContainsKey("workers"))
            {
                Change("workers", 3);
                Until(ClusterState.Ready);
                Change("workers", 1);
                Until(ClusterState.Ready);
            }
            if (package is TrialPackage { HasRules: true })
            {
                pool.Acts.Distinct().ShouldBe(["spread-worker", "drain-worker-2", "drain-worker-1"], ignoreOrder: false, Where);
                pool.LostUndrained.ShouldBeEmpty(Where);
            }
            Want(wanted with { Restarts = 1 });
            Until(ClusterState.Ready);
            Want(wanted with { Rotations = 1 });
            Until(ClusterState.Ready);
            if (package is TrialPackage)
            {
                Want(wanted with { Operations = [new WantedOperation(1, "backup", "b", now), new WantedOperation(2, "backup", "b", now)] });
                Until(() => core.Observe(now) is { Operations: [{ State: StepState.Complete }, { State: StepState.Complete }] });
                pool.Backups.ShouldBe(["mine/backup-1", "mine/backup-2"], ignoreOrder: false, Where);
            }
            pool.End(documents.Load(Id).Where(document => document.Kind == "task" && !document.Key.Contains("backup", StringComparison.Ordinal)).Select(document => document.Key).Last(), TaskState.TaskFailed);
            Until(ClusterState.Ready);
            Until(() => pool.LostData.Count >= (kept ? 2 : 0));
            // What was scaled away went with its data, and nothing else did.
            pool.LostData.ShouldBe(kept ? ["worker-1", "worker-2"] : [], ignoreOrder: true, Where);
            if (kept)
            {
                Want(wanted with { Replacements = new Dictionary<string, int> { ["head"] = 1 } });
                Until(ClusterState.Ready);
                Until(() => pool.LostData.Count > 2);
                Until(ClusterState.Ready);
                pool.LostData[2..].ShouldBe(["head"], ignoreOrder: false, Where);
            }
            var volumes = pool.Volumes.SelectMany(pod => pod).ToList();
            Want(wanted with { Goal = ClusterGoal.Park });
            Until(ClusterState.Parked);
            pool.Running.ShouldBeEmpty(Where);
            Until(() => !pool.Reserved.Any());
            Want(wanted with { Goal = ClusterGoal.Run });
            Until(ClusterState.Ready);
            pool.Volumes.SelectMany(pod => pod).ShouldBe(volumes, ignoreOrder: true, Where);
            Remove();
            return steps;
        }

        public void RunAtRandom(int seed)
        {
            var chance = new Random(seed);
            for (var change = 0; change < 12; change++)
            {
                switch (chance.Next(8))
                {
                    case 0:
                        Change("workers", chance.Next(1, 5));
                        break;
                    case 1:
                        Change("motto", chance.Next(3).ToString(System.Globalization.CultureInfo.InvariantCulture));
                        break;
                    case 2:
                        Change("memory", 1024 * chance.Next(1, 4));
                        break;
                    case 3:
                        Want(wanted with { Restarts = wanted.Restarts + 1 });
                        break;
                    case 4:
                        Want(wanted with { Rotations = wanted.Rotations + 1 });
                        break;
                    case 6:
                        Want(wanted with { Operations = [.. wanted.Operations, new WantedOperation(wanted.Operations.Count + 1, "backup", "b", now)] });
                        break;
                    case 5:
                        var pod = $"worker-{chance.Next(3)}";
                        Want(wanted with { Replacements = new Dictionary<string, int>(wanted.Replacements) { [pod] = wanted.Replacements.GetValueOrDefault(pod) + 1 } });
                        break;
                    default:
                        Want(wanted with { Goal = wanted.Goal == ClusterGoal.Run ? ClusterGoal.Park : ClusterGoal.Run });
                        break;
                }
                for (var turn = chance.Next(12); turn > 0; turn--)
                    Turn();
            }
            if (chance.Next(2) == 0)
            {
                Want(wanted with { Goal = ClusterGoal.Run });
                Until(ClusterState.Ready, $"seed {seed}");
                Until(() => core.Observe(now)!.Operations.All(operation => operation.State is StepState.Complete or StepState.Failed));
                pool.Backups.ShouldBeUnique($"seed {seed}");
            }
            Remove($"seed {seed}");
        }

        private void Remove(string context = "")
        {
            isRemoved = true;
            commands.Enqueue(new SchedulerCommand.Remove());
            for (var turn = 0; !core.IsGone; turn++)
            {
                turn.ShouldBeLessThan(MostTurns, $"{context} {Where}");
                Turn();
            }
            pool.Running.ShouldBeEmpty(Where);
            pool.Reserved.ShouldBeEmpty(Where);
            pool.Volumes.ShouldBeEmpty(Where);
            pool.IsTornDown.ShouldBeTrue(Where);
            documents.Load(Id).ShouldBeEmpty(Where);
        }

        private string Where => $"{package.Name}, killed {(isWritten ? "after" : "before")} step {crashAt} was stored: {core.Observe(now)?.State} {core.Observe(now)?.Reason}";

        private void Change(string option, JsonNode value)
        {
            var options = wanted.Options.DeepClone().AsObject();
            options[option] = value;
            Want(wanted with { Target = wanted.Target + 1, TargetAt = now, Options = options, Earlier = new Dictionary<int, JsonObject>(wanted.Earlier) { [wanted.Target] = wanted.Options } });
        }

        private void Want(WantedCluster next)
        {
            wanted = next;
            commands.Enqueue(new SchedulerCommand.Want(next));
            Turn();
        }

        private void Until(ClusterState state, string context = "")
        {
            for (var turn = 0; !(core.Observe(now) is { } seen && seen.State == state && commands.Count == 0 && (state != ClusterState.Ready || seen.Plans.Count == 1)); turn++)
            {
                turn.ShouldBeLessThan(MostTurns, $"{context} {Where}");
                Turn();
            }
            // What was reached stays: nothing is still on its way.
            for (var turn = 0; turn < 3; turn++)
                Turn();
        }

        private void Until(Func<bool> condition)
        {
            for (var turn = 0; !condition(); turn++)
            {
                turn.ShouldBeLessThan(MostTurns, Where);
                Turn();
            }
        }

        private void Turn()
        {
            now += TimeSpan.FromMilliseconds(500);
            commands.Enqueue(pool.Next() is { } signal ? new SchedulerCommand.Signal(signal) : new SchedulerCommand.Tick());
            foreach (var told in pool.Told())
                commands.Enqueue(new SchedulerCommand.Signal(told));
            while (commands.TryDequeue(out var command) && !core.IsGone)
                Carry(core.Handle(command, now));
        }

        private void Carry(IReadOnlyList<SchedulerEffect> effects)
        {
            var durable = effects.OfType<SchedulerEffect.Store>().Select(effect => effect.Change).ToList();
            if (durable.Count > 0)
            {
                var isKilled = steps++ == crashAt;
                if (!isKilled || isWritten)
                    documents.Write(Id, durable);
                if (isKilled)
                {
                    Begin();
                    return;
                }
            }
            foreach (var effect in effects)
            {
                if (effect is SchedulerEffect.Call(var call))
                    pool.Call(call);
                else if (effect is SchedulerEffect.Resolve(var target, _, _, _))
                    commands.Enqueue(new SchedulerCommand.Resolved(target, new ArtifactResolution.Ready(ResolvedArtifacts.None)));
            }
        }

        private void Begin()
        {
            commands.Clear();
            core = new SchedulerCore(package, Id, new CoreSettings("/lake", () => new Guid(++ids, 0, 0, new byte[8]), () => new byte[32]), SchedulerMemory.Read(documents.Load(Id)));
            commands.Enqueue(new SchedulerCommand.Want(wanted));
            if (isRemoved)
                commands.Enqueue(new SchedulerCommand.Remove());
            pool.Subscribe();
        }
    }
}
