using System.Globalization;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Agent.Launching;

/// <summary>Ports on which something on this host listens already.</summary>
public static class ListeningPorts
{
    private const string ListenState = "0A";

    /// <summary>The lowest port that the task was given although it is taken; null when there is none.</summary>
    public static int? TakenFrom(TaskInfo task)
    {
        var ranges = task.Resources.Where(each => each.Name == "ports" && each.Ranges is not null)
            .SelectMany(each => each.Ranges.Range).ToList();
        if (ranges.Count == 0)
            return null;
        int? lowest = null;
        foreach (var port in Read("/proc/net/tcp").Concat(Read("/proc/net/tcp6")))
        {
            if ((lowest is null || port < lowest) && ranges.Exists(range => (ulong)port >= range.Begin && (ulong)port <= range.End))
                lowest = port;
        }

        return lowest;
    }

    private static IEnumerable<int> Read(string path) => File.Exists(path) ? Parse(File.ReadLines(path)) : [];

    /// <summary>Lines of <c>/proc/net/tcp</c>: number, local address:port in hexadecimal, remote, state.</summary>
    internal static IEnumerable<int> Parse(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 3 && fields[3] == ListenState &&
                int.TryParse(fields[1].AsSpan(fields[1].LastIndexOf(':') + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var port))
                yield return port;
        }
    }
}
