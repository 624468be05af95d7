namespace DataPlatform.Services.Cli.Quickstart;

/// <summary>What each of the agents on one machine offers, in the form of the agent's <c>--resources</c>.</summary>
public static class MachineShare
{
    private const long KeptForTheMachine = 1024;
    private const long Least = 1024;
    private const long Most = 16 * 1024;
    private const int PortsEach = 300;

    /// <summary>The lowest port that is given to tasks; below the ports that the kernel hands to clients.</summary>
    private const int FirstPort = 20_000;
    private const int LastPort = 32_767;

    /// <summary>
    /// Memory and disk are divided. Cpus are not: each agent offers all of them, as a first look at the platform needs many tasks that
    /// do little.
    /// </summary>
    /// <param name="memory">What the machine has free, in MiB.</param>
    /// <param name="disk">What the work directory's file system has free, in MiB.</param>
    /// <param name="taken">Ports on which something listens already.</param>
    /// <exception cref="QuickstartException">The machine is too small, or its ports are taken.</exception>
    public static IReadOnlyList<string> Divide(int agents, int cpus, long memory, long disk, IReadOnlySet<int> taken)
    {
        var memoryEach = Math.Min((memory - KeptForTheMachine) / agents, Most);
        if (memoryEach < Least)
            throw new QuickstartException($"This machine has {memory} MiB of memory free; {agents} agents need at least {agents * Least + KeptForTheMachine} MiB");
        var diskEach = Math.Min(disk / (agents + 1), 100 * 1024);
        if (diskEach < Least) throw new QuickstartException($"The work directory has {disk} MiB of disk free; {agents} agents need at least {(agents + 1) * Least} MiB");
        return [.. PortRanges(agents, taken).Select(range => $"cpus:{Math.Max(cpus, 2)};mem:{memoryEach};disk:{diskEach};ports:[{range.First}-{range.Last}]")];
    }

    private static IEnumerable<(int First, int Last)> PortRanges(int count, IReadOnlySet<int> taken)
    {
        var first = 31_000;
        for (var found = 0; found < count; first = first + PortsEach > LastPort - PortsEach ? FirstPort : first + PortsEach)
        {
            var range = (First: first, Last: first + PortsEach - 1);
            if (range.First is < 31_000 and > 31_000 - PortsEach) throw new QuickstartException($"No {count} ranges of {PortsEach} free ports are left between {FirstPort} and {LastPort}");
            if (Enumerable.Range(range.First, PortsEach).Any(taken.Contains)) continue;
            found++;
            yield return range;
        }
    }
}
