using System.Globalization;
using DataPlatform.Core.Protocol.Mesos;
using ValueType = DataPlatform.Core.Protocol.Mesos.Value.Types.Type;

namespace DataPlatform.Services.Agent.Configuration;

/// <summary>What this host has, for what <c>--resources</c> leaves out; some is left to the host itself, as Mesos does.</summary>
internal static class HostResources
{
    private const long Gigabyte = 1L << 30;
    private const long Megabyte = 1L << 20;

    public static void AddMissing(List<Resource> resources, string workDirectory)
    {
        Add("cpus", () => Environment.ProcessorCount);
        Add("mem", () => LeaveSome(TotalMemory(), Gigabyte, 2 * Gigabyte) / Megabyte);
        Add("disk", () => LeaveSome(new DriveInfo(workDirectory).TotalSize, 5 * Gigabyte, 10 * Gigabyte) / Megabyte);
        if (!resources.Exists(each => each.Name == "ports"))
            resources.AddRange(ResourceText.Resources("ports:[31000-32000]"));

        void Add(string name, Func<long> measure)
        {
            if (!resources.Exists(each => each.Name == name))
                resources.Add(new Resource { Name = name, Type = ValueType.Scalar, Scalar = new Value.Types.Scalar { Value = measure() } });
        }
    }

    private static long LeaveSome(long total, long reserve, long small) => total < small ? total / 2 : total - reserve;

    private static long TotalMemory()
    {
        var line = File.ReadLines("/proc/meminfo").First(each => each.StartsWith("MemTotal:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
