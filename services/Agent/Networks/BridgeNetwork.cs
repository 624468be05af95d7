using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using DataPlatform.Services.Agent.Configuration;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Hosting.Files;
using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Agent.Networks;

/// <summary>
/// Connects containers to a bridge of the agent's own by the host's CNI plugins, as Mesos does: an address of the subnet, the way
/// out in the host's name, ports of the host that lead in. What is connected is noted before it is, so that nothing is forgotten.
/// </summary>
/// <param name="folder">The agent's alone.</param>
internal sealed class BridgeNetwork(BridgeSettings settings, string folder, HostProgram programs, ILogger log)
{
    private const string Version = "0.4.0";
    private const string Interface = "eth0";
    private static readonly string[] Plugins = ["bridge", "host-local", "portmap"];
    private static readonly string[] Programs = ["iptables", "ip"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private readonly string notes = Directory.CreateDirectory(Path.Combine(folder, "connected"), AtomicFile.OwnerFolder).FullName;

    // A name that no two agents of a host share; an interface's has 15 letters at most.
    private readonly string bridge = "dp-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder)))[..8];

    /// <summary>Containers that are connected, or were when an earlier process of this agent ended.</summary>
    public IEnumerable<string> Connected => Directory.GetFiles(notes).Select(each => Path.GetFileName(each));

    /// <summary>What this host lacks for it; null when it has all.</summary>
    public string? WhyNot() =>
        Plugins.FirstOrDefault(each => !File.Exists(Path.Combine(settings.Plugins, each))) is { } plugin ? $"its host has no CNI plugin {plugin} in {settings.Plugins} (--network-cni-plugins-dir)"
        : Programs.FirstOrDefault(each => HostProgram.Find(each) is null) is { } program ? $"its host has no program {program}"
        : null;

    /// <param name="first">A process of the container, whose network has nothing in it yet.</param>
    /// <exception cref="IOException">It can't be connected.</exception>
    public void Connect(string containerId, ProcessIdentity first, IReadOnlyList<PortMapping> ports)
    {
        lock (gate)
        {
            var note = Path.Combine(notes, containerId);
            AtomicFile.Write(note, PortsOf(ports).ToJsonString());
            Masquerade("-A");
            var place = $"/proc/{first.Pid.ToString(CultureInfo.InvariantCulture)}/ns/net";
            var connected = Call("ADD", containerId, place, "bridge", BridgeConfiguration());
            if (ports.Count > 0)
                Call("ADD", containerId, place, "portmap", PortConfiguration(PortsOf(ports), JsonNode.Parse(connected)));
        }
    }

    /// <summary>Of no effect on a container that is not connected. With the last one the bridge goes.</summary>
    public void Disconnect(string containerId)
    {
        lock (gate)
        {
            var note = Path.Combine(notes, containerId);
            if (!File.Exists(note))
                return;
            try
            {
                Call("DEL", containerId, "", "portmap", PortConfiguration(JsonNode.Parse(File.ReadAllText(note))!.AsArray(), null));
                Call("DEL", containerId, "", "bridge", BridgeConfiguration());
                File.Delete(note);
                if (!Connected.Any())
                    RemoveBridge();
            }
            catch (IOException problem)
            {
                log.LogWarning("What is left of the network of container {Container} is removed at the next start: {Problem}", containerId, problem.Message);
            }
        }
    }

    private void RemoveBridge()
    {
        Masquerade("-D");
        _ = Run(HostProgram.Find("ip")!, ["link", "delete", "dev", bridge], "", []);
    }

    /// <summary>The plugin's own rules for that go only while the container's network is still there, which it is not after a crash.</summary>
    private void Masquerade(string action)
    {
        string[] rule = ["POSTROUTING", "-s", settings.Subnet.ToString(), "!", "-d", settings.Subnet.ToString(), "-m", "comment", "--comment", bridge, "-j", "MASQUERADE"];
        var iptables = HostProgram.Find("iptables")!;
        var isThere = Run(iptables, ["-w", "-t", "nat", "-C", .. rule], "", []).Status == 0;
        if (isThere == (action == "-A"))
            return;
        if (Run(iptables, ["-w", "-t", "nat", action, .. rule], "", []) is { Status: not 0 } answer)
            throw new IOException($"iptables refuses: {answer.Complaint}");
    }

    private JsonObject BridgeConfiguration() => new()
    {
        ["cniVersion"] = Version, ["name"] = bridge, ["type"] = "bridge", ["bridge"] = bridge, ["isGateway"] = true,
        ["ipam"] = new JsonObject
        {
            ["type"] = "host-local", ["dataDir"] = Path.Combine(folder, "leases"),
            ["ranges"] = new JsonArray(new JsonArray(new JsonObject { ["subnet"] = settings.Subnet.ToString() })),
            ["routes"] = new JsonArray(new JsonObject { ["dst"] = "0.0.0.0/0" }),
        },
    };

    private JsonObject PortConfiguration(JsonArray ports, JsonNode? connected)
    {
        var configuration = new JsonObject
        {
            ["cniVersion"] = Version, ["name"] = bridge, ["type"] = "portmap", ["snat"] = true, ["runtimeConfig"] = new JsonObject { ["portMappings"] = ports },
        };
        if (connected is not null)
            configuration["prevResult"] = connected;
        return configuration;
    }

    private static JsonArray PortsOf(IReadOnlyList<PortMapping> ports) => new([.. ports.Select(each => (JsonNode)new JsonObject
    {
        ["hostPort"] = each.HostPort, ["containerPort"] = each.ContainerPort, ["protocol"] = each.Protocol,
    })]);

    private string Call(string command, string containerId, string place, string plugin, JsonObject configuration)
    {
        var answer = Run(Path.Combine(settings.Plugins, plugin), [], configuration.ToJsonString(), new()
        {
            ["CNI_COMMAND"] = command, ["CNI_CONTAINERID"] = containerId, ["CNI_NETNS"] = place, ["CNI_IFNAME"] = Interface, ["CNI_PATH"] = settings.Plugins,
        });
        return answer.Status == 0 ? answer.Output : throw new IOException($"the CNI plugin {plugin} refuses: {answer.Output.ReplaceLineEndings(" ").Trim()}{answer.Error.Trim()}");
    }

    // Called by threads that start tasks one step after the other.
    private ProgramAnswer Run(string program, IReadOnlyList<string> arguments, string input, Dictionary<string, string> environment)
    {
        environment["PATH"] = TaskEnvironment.SearchPath;
        return programs.RunAsync(program, arguments, environment, input, null, Patience, CancellationToken.None).GetAwaiter().GetResult();
    }
}

/// <param name="Subnet">Whose addresses containers get.</param>
/// <param name="Plugins">The folder of the host's CNI plugins; absolute.</param>
internal sealed record BridgeSettings(IPNetwork Subnet, string Plugins);
