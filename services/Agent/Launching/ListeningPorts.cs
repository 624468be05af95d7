using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Hosting.Sockets;

namespace DataPlatform.Services.Agent.Launching;

/// <summary>Ports on which something on this host listens already.</summary>
public static class ListeningPorts
{
    /// <summary>The lowest port that the task was given although it is taken; null when there is none.</summary>
    public static int? TakenFrom(TaskInfo task)
    {
        var ranges = task.Resources.Where(each => each.Name == "ports" && each.Ranges is not null)
            .SelectMany(each => each.Ranges.Range).ToList();
        if (ranges.Count == 0)
            return null;
        var taken = ListeningSockets.Ports().Where(port => ranges.Exists(range => (ulong)port >= range.Begin && (ulong)port <= range.End)).ToList();
        return taken.Count == 0 ? null : taken.Min();
    }
}
