using System.Globalization;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Hosting.Files;

namespace DataPlatform.Services.Agent.Launching;

/// <summary>Somebody whom processes of this host run as; not necessarily in its user database.</summary>
public sealed record HostUser(string Name, uint Id, uint GroupId)
{
    /// <summary>All of its groups, <see cref="GroupId"/> among them.</summary>
    public IReadOnlyList<uint> Groups { get; init; } = [GroupId];

    /// <summary>Null when this host knows no such user.</summary>
    public static HostUser? Find(string name) =>
        Find(name, File.ReadLines("/etc/passwd")) is { } user
            ? user with { Groups = [.. GroupsOf(user, File.ReadLines("/etc/group"))] }
            : null;

    internal static HostUser? Find(string name, IEnumerable<string> passwd) => Parse(passwd).FirstOrDefault(each => each.Name == name);

    /// <summary>The user of the database with this id, else one that has the id for its name.</summary>
    public static HostUser WithId(uint id, uint group) =>
        Parse(File.ReadLines("/etc/passwd")).FirstOrDefault(each => each.Id == id) is { } known
            ? Find(known.Name)!
            : new HostUser(id.ToString(CultureInfo.InvariantCulture), id, group);

    /// <summary>The user that this process runs as.</summary>
    public static HostUser Current() => WithId(Libc.geteuid(), Libc.geteuid());

    /// <summary>Whose a file is; null when there is none.</summary>
    public static HostUser? OwnerOf(string path) => FileStatus.Of(path) is { } status ? WithId(status.Owner, status.Group) : null;

    internal static IEnumerable<uint> GroupsOf(HostUser user, IEnumerable<string> group)
    {
        yield return user.GroupId;
        foreach (var line in group)
        {
            var fields = line.Split(':');
            if (fields.Length >= 4 && fields[3].Split(',').Contains(user.Name) && IsNumber(fields[2], out var id) && id != user.GroupId)
                yield return id;
        }
    }

    private static IEnumerable<HostUser> Parse(IEnumerable<string> passwd)
    {
        foreach (var line in passwd)
        {
            var fields = line.Split(':');
            if (fields.Length >= 4 && IsNumber(fields[2], out var id) && IsNumber(fields[3], out var group))
                yield return new HostUser(fields[0], id, group);
        }
    }

    private static bool IsNumber(string text, out uint number) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
