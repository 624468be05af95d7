using System.Globalization;

namespace DataPlatform.Services.Agent.Launching;

/// <summary>A user of this host.</summary>
public sealed record HostUser(string Name, uint Id, uint GroupId)
{
    /// <summary>Null when this host knows no such user.</summary>
    public static HostUser? Find(string name) => Find(name, File.ReadLines("/etc/passwd"));

    internal static HostUser? Find(string name, IEnumerable<string> passwd)
    {
        foreach (var line in passwd)
        {
            var fields = line.Split(':');
            if (fields.Length >= 4 && fields[0] == name &&
                uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var id) &&
                uint.TryParse(fields[3], NumberStyles.None, CultureInfo.InvariantCulture, out var group))
                return new HostUser(name, id, group);
        }

        return null;
    }

    /// <summary>The user that this process runs as.</summary>
    public static HostUser Current()
    {
        var id = Native.Libc.geteuid();
        foreach (var line in File.ReadLines("/etc/passwd"))
        {
            var fields = line.Split(':');
            if (fields.Length >= 4 && fields[2] == id.ToString(CultureInfo.InvariantCulture))
                return Find(fields[0], [line])!;
        }

        return new HostUser(id.ToString(CultureInfo.InvariantCulture), id, id);
    }
}
