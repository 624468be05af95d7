using System.Diagnostics;

namespace DataPlatform.Services.Tests.Agent.Running;

/// <summary>What of the host's network the plugins change for good; as it was before, afterwards.</summary>
internal sealed class NetworkRules : IDisposable
{
    private const string Forward = "/proc/sys/net/ipv4/ip_forward";
    private readonly bool hadChains = Table().Contains("CNI-HOSTPORT", StringComparison.Ordinal);
    private readonly string forward = File.ReadAllText(Forward);

    private NetworkRules()
    {
    }

    /// <summary>Null where there are no plugins, or not the programs that they use.</summary>
    public static NetworkRules? TryKeep() =>
        File.Exists("/usr/lib/cni/bridge") && File.Exists("/usr/lib/cni/portmap") && (File.Exists("/usr/sbin/iptables") || File.Exists("/sbin/iptables")) ? new NetworkRules() : null;

    public static string Table() => Run("iptables", "-w", "-t", "nat", "-S");

    /// <summary>Rules that lead to containers.</summary>
    public static string Ports() => string.Join('\n', Table().Split('\n').Where(line => line.Contains("dport", StringComparison.Ordinal)));

    public static bool HasBridges() => Directory.GetDirectories("/sys/class/net").Any(each => Path.GetFileName(each).StartsWith("dp-", StringComparison.Ordinal));

    public void Dispose()
    {
        File.WriteAllText(Forward, forward);
        if (hadChains)
            return;
        foreach (var (chain, lead) in ((string, string[])[])
            [
                ("CNI-HOSTPORT-DNAT", ["PREROUTING", "-m", "addrtype", "--dst-type", "LOCAL", "-j", "CNI-HOSTPORT-DNAT"]),
                ("CNI-HOSTPORT-DNAT", ["OUTPUT", "-m", "addrtype", "--dst-type", "LOCAL", "-j", "CNI-HOSTPORT-DNAT"]),
                ("CNI-HOSTPORT-MASQ", ["POSTROUTING", "-m", "comment", "--comment", "CNI portfwd requiring masquerade", "-j", "CNI-HOSTPORT-MASQ"]),
            ])
        {
            Run("iptables", ["-w", "-t", "nat", "-D", .. lead]);
            Run("iptables", "-w", "-t", "nat", "-F", chain);
        }

        foreach (var chain in (string[])["CNI-HOSTPORT-SETMARK", "CNI-HOSTPORT-DNAT", "CNI-HOSTPORT-MASQ"])
        {
            Run("iptables", "-w", "-t", "nat", "-F", chain);
            Run("iptables", "-w", "-t", "nat", "-X", chain);
        }
    }

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return said;
    }
}
