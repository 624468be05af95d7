using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace DataPlatform.Services.Cli.Quickstart;

/// <summary>What this machine has free.</summary>
public static class Machine
{
    public static long FreeMemoryMebibytes()
    {
        foreach (var line in File.ReadLines("/proc/meminfo"))
            if (line.StartsWith("MemAvailable:", StringComparison.Ordinal))
                return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
        throw new QuickstartException("/proc/meminfo does not say how much memory is free");
    }

    public static long FreeDiskMebibytes(string directory) => new DriveInfo(directory).AvailableFreeSpace / (1024 * 1024);

    public static IReadOnlySet<int> ListeningPorts() => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(end => end.Port).ToHashSet();

    public static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
