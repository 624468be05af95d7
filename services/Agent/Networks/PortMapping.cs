using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Agent.Networks;

using DockerInfo = ContainerInfo.Types.DockerInfo;

/// <summary>A port of the host that leads to one of a container.</summary>
/// <param name="Protocol"><c>tcp</c> or <c>udp</c>.</param>
internal sealed record PortMapping(int HostPort, int ContainerPort, string Protocol)
{
    private const string Field = "task.container.docker.port_mappings";
    private const uint HighestPort = 65_535;
    private const int Most = 256;

    /// <summary>Only of a task that <see cref="WhyNot"/> has nothing against.</summary>
    public static IReadOnlyList<PortMapping> Of(DockerInfo docker) =>
        [.. docker.PortMappings.Select(each => new PortMapping((int)each.HostPort, (int)each.ContainerPort, ProtocolOf(each)))];

    /// <summary>Why the task can't have its mappings; null when it can.</summary>
    public static string? WhyNot(DockerInfo docker, IEnumerable<Resource> resources)
    {
        if (docker.PortMappings.Count > Most)
            return $"{Field}: there are {docker.PortMappings.Count}, at most {Most} are allowed";
        var offered = resources.Where(each => each.Name == "ports" && each.Ranges is not null).SelectMany(each => each.Ranges.Range).ToList();
        return docker.PortMappings.Select(each => WhyNot(each, offered)).FirstOrDefault(why => why is not null)
            ?? (docker.PortMappings.GroupBy(each => (each.HostPort, ProtocolOf(each))).FirstOrDefault(group => group.Count() > 1) is { } twice
                ? $"{Field}: host_port {twice.Key.HostPort} is mapped twice"
                : null);
    }

    private static string? WhyNot(DockerInfo.Types.PortMapping mapping, List<Value.Types.Range> offered) =>
        mapping.ContainerPort is 0 or > HighestPort ? $"{Field}: container_port {mapping.ContainerPort} is not from 1 to {HighestPort}"
        : !offered.Exists(range => mapping.HostPort >= range.Begin && mapping.HostPort <= range.End) ? $"{Field}: host_port {mapping.HostPort} is none of the ports that the task was offered"
        : ProtocolOf(mapping) is not ("tcp" or "udp") ? $"{Field}: protocol '{mapping.Protocol}' is not tcp or udp"
        : null;

    private static string ProtocolOf(DockerInfo.Types.PortMapping mapping) =>
        mapping.Protocol.Length == 0 ? "tcp" : mapping.Protocol.ToLowerInvariant();
}
