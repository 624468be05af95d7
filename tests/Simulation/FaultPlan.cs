using DataPlatform.Core.Pool;

namespace DataPlatform.Simulation.Tests;

/// <summary>What is done to a cluster, from a seed of its own: leaving one fault out does not change which the others are.</summary>
internal sealed class FaultPlan(int seed)
{
    private readonly Random chance = new(seed ^ 0x5eed);
    private readonly List<string> done = [];
    private readonly List<int> numbers = [];
    private int considered;

    /// <summary>Faults that do not happen, by number.</summary>
    public IReadOnlySet<int> LeftOut { get; set; } = new HashSet<int>();

    /// <summary>None happens after that of this number.</summary>
    public int Last { get; set; } = int.MaxValue;

    /// <summary>The numbers of those that happened.</summary>
    public IReadOnlyList<int> Numbers => numbers;

    /// <summary>What happened when, for people.</summary>
    public IReadOnlyList<string> Story => done;

    public void HurtSometimes(SimulatedCluster cluster, int every)
    {
        if (chance.Next(every) != 0)
            return;
        var (kind, which, detail) = (chance.Next(170), chance.Next(1000), chance.Next(1000));
        var number = considered++;
        if (LeftOut.Contains(number) || number > Last)
            return;
        numbers.Add(number);
        var (agent, framework) = (which % cluster.Agents.Count, which % cluster.Frameworks.Count);
        var what = Hurt(cluster, kind, cluster.Agents[agent], cluster.Frameworks[framework], detail);
        done.Add($"fault {number} at {cluster.Steady.TotalSeconds:0.0} s: {what} (agent {agent}, framework {framework})");
    }

    private static string Hurt(SimulatedCluster cluster, int kind, SimulatedAgent agent, SimulatedFramework framework, int detail)
    {
        switch (kind)
        {
            case < 12:
                agent.BreakStream();
                return "the agent's stream breaks";
            case < 22:
                agent.IsMute = agent.IsDeaf = !agent.IsMute;
                return agent.IsMute ? "the agent is cut off" : "the agent is reachable again";
            case < 29:
                agent.IsMute = !agent.IsMute;
                return agent.IsMute ? "what the agent sends is lost" : "what the agent sends arrives";
            case < 36:
                agent.IsDeaf = !agent.IsDeaf;
                return agent.IsDeaf ? "nothing reaches the agent" : "the agent hears again";
            case < 54:
                agent.CrashSoon(detail % 12);
                return $"the agent crashes {detail % 12} effects later";
            case < 58:
                agent.LosePower();
                return "the host loses power";
            case < 66:
                framework.BreakStream();
                return "the framework's stream breaks";
            case < 76:
                framework.FailOver();
                return "the framework fails over";
            case < 86:
                cluster.Master.CrashAt = (MasterCrash)(detail % 3);
                return $"the master crashes {cluster.Master.CrashAt}";
            case < 93:
                cluster.Master.Journal.IsToFail = true;
                return "the journal refuses an append";
            case < 97:
                cluster.WallOffset = TimeSpan.FromMinutes(detail - 500);
                return $"the wall clock is set to {detail - 500} minutes off";
            case < 99:
                if (agent.Host.AgentId.Length > 0)
                    cluster.Master.Post(new PoolCommand.MarkAgentGone(agent.Host.AgentId, SimulatedCluster.Anyone));
                return "an operator marks the agent gone";
            case < 100:
                framework.TearDown();
                return "the framework is torn down";
            case < 104:
                agent.Host.Disk.Failures = 1 + (detail % 3);
                return $"the next {agent.Host.Disk.Failures} steps fail on the agent's disk";
            case < 114:
                return cluster.Administrator.SetQuota(detail);
            case < 116:
                return cluster.Administrator.SetWeight(detail);
            case < 123:
                return cluster.Administrator.TakeOutOfUse(agent, detail);
            case < 127:
                return cluster.Administrator.PutBack(agent);
            case < 131:
                return cluster.Administrator.Maintain(agent, detail);
            case < 138:
                cluster.Schedulers[detail % 2].BreakStream();
                return $"the stream of scheduler {detail % 2} breaks";
            case < 144:
                cluster.Schedulers[detail % 2].CrashSoon(detail / 2 % 8);
                return $"scheduler {detail % 2} crashes {detail / 2 % 8} steps later";
            case < 147:
                cluster.Schedulers[detail % 2].Documents.IsToFail = true;
                return $"the documents of scheduler {detail % 2} refuse a write";
            case < 167:
                return $"people change what they want of cluster {detail % 2}: {cluster.Schedulers[detail % 2].ChangeMind(detail / 2)}";
            default:
                cluster.Master.CompactJournal();
                return "the journal is shortened to what the master remembers";
        }
    }
}
