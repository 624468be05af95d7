using System.Net;
using System.Net.Sockets;

namespace DataPlatform.Services.Hosting.Security;

/// <summary>
/// Bounds how often secrets may be guessed: by remote address, by principal, and by both together. Who has given the right secret
/// from an address lately is held up neither by guesses of others there nor by guesses of that principal elsewhere; only by
/// those that name him from there. Its memory is bounded. Safe for many threads.
/// </summary>
public sealed class FailedLogins(TimeProvider time)
{
    private const int MostKeys = 10_000;
    private const int LongestName = 64;
    private static readonly TimeSpan Trust = TimeSpan.FromHours(1);

    private readonly Lock gate = new();
    private readonly Buckets<(IPAddress, string)> pairs = new(new BucketSize(10, TimeSpan.FromSeconds(2)), MostKeys, time);
    private readonly Buckets<IPAddress> addresses = new(new BucketSize(50, TimeSpan.FromMilliseconds(200)), MostKeys, time);
    private readonly Buckets<string> principals = new(new BucketSize(100, TimeSpan.FromMilliseconds(100)), MostKeys, time);
    private readonly Dictionary<(IPAddress, string), long> trusted = [];
    private FailureCounts counts = FailureCounts.None;

    /// <summary>Null when a secret may be looked at now; else how long to wait before the next.</summary>
    /// <param name="principal">As the caller names himself; empty where a secret stands for itself.</param>
    public TimeSpan? WhyNot(IPAddress? address, string principal)
    {
        var (from, who) = Key(address, principal);
        lock (gate)
        {
            var now = time.GetTimestamp();
            var wait = pairs.Wait((from, who), now);
            if (!(trusted.TryGetValue((from, who), out var since) && time.GetElapsedTime(since, now) < Trust))
                wait = new[] { wait, addresses.Wait(from, now), who.Length > 0 ? principals.Wait(who, now) : TimeSpan.Zero }.Max();
            if (wait == TimeSpan.Zero)
                return null;
            counts = counts with { Unheard = counts.Unheard + 1 };
            return wait;
        }
    }

    public void Wrong(IPAddress? address, string principal)
    {
        var (from, who) = Key(address, principal);
        lock (gate)
        {
            var now = time.GetTimestamp();
            pairs.Take((from, who), now);
            addresses.Take(from, now);
            if (who.Length > 0)
                principals.Take(who, now);
            counts = counts with { Wrong = counts.Wrong + 1, LastAddress = from, LastPrincipal = who };
        }
    }

    public void Right(IPAddress? address, string principal)
    {
        var key = Key(address, principal);
        lock (gate)
        {
            var now = time.GetTimestamp();
            if (trusted.Count >= MostKeys && !trusted.ContainsKey(key))
            {
                foreach (var (old, _) in trusted.Where(each => time.GetElapsedTime(each.Value, now) >= Trust).ToList())
                    trusted.Remove(old);
                if (trusted.Count >= MostKeys)
                    return;
            }

            trusted[key] = now;
        }
    }

    /// <summary>What happened since this was last asked.</summary>
    public FailureCounts TakeCounts()
    {
        lock (gate)
        {
            var taken = counts;
            counts = FailureCounts.None;
            return taken;
        }
    }

    private static (IPAddress, string) Key(IPAddress? address, string principal) =>
        (Network(address ?? IPAddress.None), principal.Length <= LongestName ? principal : principal[..LongestName]);

    /// <summary>Of IPv6 the first half: the second is anybody's to choose who has the first.</summary>
    private static IPAddress Network(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(address))
            return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}

/// <param name="Wrong">Secrets that were looked at and were wrong.</param>
/// <param name="Unheard">Calls whose secret was not looked at, because too many had been wrong.</param>
/// <param name="LastPrincipal">As the caller named himself.</param>
public sealed record FailureCounts(long Wrong, long Unheard, IPAddress? LastAddress, string LastPrincipal)
{
    public static FailureCounts None { get; } = new(0, 0, null, "");
}
