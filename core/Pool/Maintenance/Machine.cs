using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>Which hosts a machine of the schedule is: those of this name, of this address, or of both where both are given.</summary>
/// <param name="Hostname">In lower case; empty for any.</param>
/// <param name="Address">An IP address; empty for any.</param>
public readonly record struct Machine(string Hostname, string Address)
{
    public static Machine Of(MachineID id) => new(id.Hostname.ToLowerInvariant(), id.Ip.ToLowerInvariant());

    /// <summary>All machines that a host with this name and address is.</summary>
    public static IEnumerable<Machine> OfHost(string hostname, string? address)
    {
        var name = hostname.ToLowerInvariant();
        yield return new Machine(name, "");
        if (string.IsNullOrEmpty(address))
            yield break;
        yield return new Machine(name, address.ToLowerInvariant());
        yield return new Machine("", address.ToLowerInvariant());
    }

    /// <summary>What rules about machines name: the hostname, or the address of a machine without one.</summary>
    public string Name => Hostname.Length > 0 ? Hostname : Address;

    public override string ToString() => (Hostname, Address) switch
    {
        (_, "") => $"'{Names.Printable(Hostname)}'",
        ("", _) => $"'{Names.Printable(Address)}'",
        _ => $"'{Names.Printable(Hostname)}' at {Names.Printable(Address)}",
    };
}
