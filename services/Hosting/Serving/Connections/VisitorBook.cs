using System.Net;

namespace DataPlatform.Services.Hosting.Serving.Connections;

/// <summary>
/// Who is connected. Strangers are few and make room for one another, the one that was idle longest first: thus idle connections
/// keep nobody out who says at once who he is. Safe for many threads.
/// </summary>
internal sealed class VisitorBook(ConnectionLimits limits, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly LinkedList<Visitor> strangers = new();
    private readonly Dictionary<IPAddress, int> strangersByAddress = [];
    private int open;
    private long refused;
    private long closed;

    public ConnectionLimits Limits { get; } = limits;

    public int Open => Volatile.Read(ref open);

    /// <summary>Null when no connection more may be held; then nothing is kept of it.</summary>
    /// <param name="close">Called when the connection has to make room; must not wait.</param>
    public Visitor? Enter(IPAddress address, Action close)
    {
        Visitor? leaving;
        Visitor entering;
        lock (gate)
        {
            if (open >= Limits.Most)
            {
                refused++;
                return null;
            }

            open++;
            entering = new Visitor(this, address, close) { IdleSince = time.GetTimestamp() };
            leaving = strangersByAddress.GetValueOrDefault(address) >= Limits.MostStrangersPerAddress ? Oldest(address)
                : strangers.Count >= Limits.MostStrangers || open > Limits.Crowded ? strangers.First?.Value
                : null;
            if (leaving is not null)
            {
                closed++;
                Forget(leaving);
            }

            entering.Place = strangers.AddLast(entering);
            strangersByAddress[address] = strangersByAddress.GetValueOrDefault(address) + 1;
        }

        leaving?.Close();
        return entering;
    }

    public void Welcome(Visitor visitor)
    {
        // Every call says it; only the first changes something.
        if (visitor.Place is null)
            return;
        lock (gate)
            Forget(visitor);
    }

    public void Begin(Visitor visitor)
    {
        lock (gate)
            visitor.Requests++;
    }

    public void End(Visitor visitor)
    {
        lock (gate)
        {
            visitor.Requests--;
            visitor.IdleSince = time.GetTimestamp();
            if (visitor.Place is not { } place)
                return;
            strangers.Remove(place);
            strangers.AddLast(place);
        }
    }

    public void Leave(Visitor visitor)
    {
        lock (gate)
        {
            open--;
            Forget(visitor);
        }
    }

    /// <summary>Closes the connections of strangers that have been idle for too long.</summary>
    public void CloseIdle()
    {
        List<Visitor> leaving;
        lock (gate)
        {
            leaving = [.. strangers.Where(each => each.Requests == 0 && time.GetElapsedTime(each.IdleSince) >= Limits.Patience)];
            foreach (var each in leaving)
                Forget(each);
            closed += leaving.Count;
        }

        foreach (var each in leaving)
            each.Close();
    }

    /// <summary>How many were refused and closed since this was last asked.</summary>
    public (long Refused, long Closed) TakeCounts()
    {
        lock (gate)
        {
            var counts = (refused, closed);
            refused = closed = 0;
            return counts;
        }
    }

    private Visitor Oldest(IPAddress address)
    {
        var node = strangers.First!;
        while (!node.Value.Address.Equals(address))
            node = node.Next!;
        return node.Value;
    }

    private void Forget(Visitor visitor)
    {
        if (visitor.Place is not { } place)
            return;
        strangers.Remove(place);
        visitor.Place = null;
        if (--strangersByAddress[visitor.Address] == 0)
            strangersByAddress.Remove(visitor.Address);
    }
}
