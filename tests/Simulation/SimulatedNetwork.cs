namespace DataPlatform.Simulation.Tests;

/// <summary>Messages on their way: some are lost, some come twice, most come late and so not in the order in which they were sent.</summary>
internal sealed class SimulatedNetwork(SimulatedCluster cluster)
{
    private readonly PriorityQueue<Action, (TimeSpan At, long Order)> onTheWay = new();
    private long sent;

    public bool IsGood { get; set; }

    public void Send(Action deliver, bool mayComeTwice = false)
    {
        var fate = IsGood ? 2 : cluster.Chance.Next(20);
        for (var copies = fate switch { 0 => 0, 1 when mayComeTwice => 2, _ => 1 }; copies > 0; copies--)
        {
            var delay = IsGood || cluster.Chance.Next(3) != 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(cluster.Chance.Next(3_000));
            onTheWay.Enqueue(deliver, (cluster.Steady + delay, sent++));
        }
    }

    public void Deliver()
    {
        while (onTheWay.TryPeek(out var deliver, out var due) && due.At <= cluster.Steady)
        {
            onTheWay.Dequeue();
            deliver();
        }
    }
}
