using System.Globalization;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.ControlPlane.Pool;

/// <summary>Turns the master's answers into what people see.</summary>
public static class PoolViews
{
    /// <param name="running">Tasks by agent.</param>
    public static PoolView From(Uri master, OperatorResponse.Types.GetAgents agents, OperatorResponse.Types.GetFrameworks frameworks, IReadOnlyDictionary<string, int> running)
    {
        var users = frameworks.Frameworks.Select(framework => new FrameworkView(
            framework.FrameworkInfo.Id?.Value ?? "", framework.FrameworkInfo.Name, Roles(framework.FrameworkInfo), framework.Connected, Amounts(framework.AllocatedResources)));
        return new PoolView(master.ToString().TrimEnd('/'), Hosts(agents, running), [.. users.OrderBy(user => user.Name, StringComparer.Ordinal)]);
    }

    /// <summary>By name and port.</summary>
    /// <param name="running">Tasks by agent.</param>
    public static IReadOnlyList<HostView> Hosts(OperatorResponse.Types.GetAgents agents, IReadOnlyDictionary<string, int> running) =>
    [
        .. agents.Agents.Select(agent => new HostView(
            agent.AgentInfo.Id.Value, agent.AgentInfo.Hostname, agent.AgentInfo.Port, agent.Active,
            Amounts(agent.TotalResources), Amounts(agent.AllocatedResources), Amounts(agent.OfferedResources),
            agent.AgentInfo.Attributes.ToDictionary(attribute => attribute.Name, Text), running.GetValueOrDefault(agent.AgentInfo.Id.Value),
            agent.RegisteredTime is { } time ? DateTimeOffset.FromUnixTimeMilliseconds(time.Nanoseconds / 1_000_000) : null)).OrderBy(host => host.Host, StringComparer.Ordinal).ThenBy(host => host.Port),
    ];

    public static AmountsView Amounts(IEnumerable<Resource> resources)
    {
        double cpus = 0, memory = 0, disk = 0;
        foreach (var resource in resources)
        {
            var amount = resource.Scalar?.Value ?? 0;
            if (resource.Name == "cpus") cpus += amount;
            else if (resource.Name == "mem") memory += amount;
            else if (resource.Name == "disk") disk += amount;
        }

        return new AmountsView((long)Math.Round(cpus * 1000), (long)Math.Round(memory), (long)Math.Round(disk));
    }

    private static IReadOnlyList<string> Roles(FrameworkInfo framework) => framework.Roles.Count > 0 ? [.. framework.Roles] : [framework.Role];

    private static string Text(AgentAttribute attribute) =>
        attribute.Text?.Value ?? attribute.Scalar?.Value.ToString(CultureInfo.InvariantCulture)
        ?? (attribute.Ranges is { } ranges ? string.Join(',', ranges.Range.Select(range => $"{range.Begin}-{range.End}")) : "");
}
