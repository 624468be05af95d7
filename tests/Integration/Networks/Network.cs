namespace DataPlatform.Integration.Tests.Networks;

/// <summary>Which packets between two hosts are lost, as the first of them sees it.</summary>
public enum Cut
{
    BothWays,
    Sending,
    Receiving,
}

/// <summary>
/// Hosts as network namespaces, each in a subnet of its own, with one namespace between them that routes: there packets of one direction can be
/// dropped without a word, as a broken switch drops them. Nothing of it shows in the machine's own network.
/// </summary>
internal sealed class Network : IDisposable
{
    private static int made;
    private readonly int number = Interlocked.Increment(ref made);
    private readonly List<string> namespaces = [];
    private readonly HashSet<(string From, string To)> dropped = [];
    private readonly string router;

    /// <exception cref="InvalidOperationException">There can't be one here; see <see cref="WhyNot"/>.</exception>
    public Network()
    {
        NamespaceName.RemoveAbandoned();
        router = Add("lan");
        // Only within that namespace.
        Ip.Run("netns", "exec", router, "sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
        // What goes anywhere else, such as to a name server, is lost without a word: no part may wait for it.
        Ip.Run("-n", router, "route", "add", "blackhole", "default");
    }

    /// <summary>Why there can be none on this machine; null when there can.</summary>
    public static string? WhyNot()
    {
        if (!Environment.IsPrivilegedProcess) return "only root makes network namespaces";
        foreach (var (program, package) in new[] { ("ip", "iproute2"), ("nsenter", "util-linux"), ("sysctl", "procps") })
            if (!Environment.GetEnvironmentVariable("PATH")!.Split(':').Append("/usr/sbin").Any(folder => File.Exists(Path.Combine(folder, program))))
                return $"there is no {program} (Debian: {package})";
        return null;
    }

    /// <param name="place">1 to 254; no two hosts have the same.</param>
    public NetworkHost AddHost(string name, int place)
    {
        var (host, link, address) = (Add(name), $"v{place}", $"10.77.{place}.2");
        Ip.Run("-n", router, "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", host);
        Ip.Run("-n", router, "address", "add", $"10.77.{place}.1/24", "dev", link);
        Ip.Run("-n", router, "link", "set", link, "up");
        Ip.Run("-n", host, "address", "add", $"{address}/24", "dev", "eth0");
        Ip.Run("-n", host, "link", "set", "eth0", "up");
        Ip.Run("-n", host, "link", "set", "lo", "up");
        Ip.Run("-n", host, "route", "add", "default", "via", $"10.77.{place}.1");
        return new NetworkHost(host, address);
    }

    /// <summary>What <paramref name="host"/> sends to the others, or they to it, is lost until <see cref="Heal"/>.</summary>
    public void Cut(NetworkHost host, Cut cut, params IEnumerable<NetworkHost> others)
    {
        foreach (var other in others)
        {
            if (cut != Networks.Cut.Receiving) Drop(host.Address, other.Address);
            if (cut != Networks.Cut.Sending) Drop(other.Address, host.Address);
        }
    }

    public void Heal()
    {
        foreach (var (from, to) in dropped) Ip.Run("-n", router, "rule", "delete", "from", from, "to", to, "blackhole");
        dropped.Clear();
    }

    public void Dispose()
    {
        foreach (var name in namespaces)
        {
            var running = Ip.Read("netns", "pids", name).Trim();
            Ip.Run("netns", "delete", name);
            running.ShouldBeEmpty($"nothing may still run in {name}");
        }
    }

    private void Drop(string from, string to)
    {
        if (dropped.Add((from, to))) Ip.Run("-n", router, "rule", "add", "from", from, "to", to, "blackhole");
    }

    private string Add(string host)
    {
        var name = NamespaceName.For(Environment.ProcessId, number, host);
        Ip.Run("netns", "add", name);
        namespaces.Add(name);
        return name;
    }
}
