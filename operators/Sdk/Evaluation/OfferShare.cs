using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Evaluation;

/// <summary>What is left of one offer while pods are evaluated against it.</summary>
public sealed class OfferShare
{
    private const double MilliCpusPerCpu = 1000;

    private readonly SortedSet<int> ports = [];

    public OfferShare(Offer offer)
    {
        Offer = offer;
        Host = offer.Url?.Address is { } address ? address.Ip is { Length: > 0 } ip ? ip : address.Hostname : offer.Hostname;
        Role = offer.AllocationInfo?.Role ?? "*";
        Attributes = offer.Attributes.Where(each => each.Text is not null || each.Scalar is not null).GroupBy(each => each.Name, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First().Text?.Value ?? group.First().Scalar.Value.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparer.Ordinal);
        foreach (var resource in offer.Resources.Where(Plain))
        {
            switch (resource.Name)
            {
                case "cpus":
                    MilliCpus += (long)Math.Round(resource.Scalar.Value * MilliCpusPerCpu);
                    break;
                case "mem":
                    MemoryMebibytes += (long)resource.Scalar.Value;
                    break;
                case "disk":
                    DiskMebibytes += (long)resource.Scalar.Value;
                    break;
                case "ports":
                    foreach (var range in resource.Ranges.Range)
                        for (var port = range.Begin; port <= range.End && port <= ushort.MaxValue; port++)
                            ports.Add((int)port);
                    break;
            }
        }
    }

    public Offer Offer { get; }

    public string Host { get; }

    public string Role { get; }

    public string AgentId => Offer.AgentId.Value;

    public string? AgentUrl => Offer.Url is { Address: { } address } url ? $"{url.Scheme}://{(address.Ip is { Length: > 0 } ip ? ip : address.Hostname)}:{address.Port}" : null;

    public IReadOnlyDictionary<string, string> Attributes { get; }

    public long MilliCpus { get; private set; }

    public long MemoryMebibytes { get; private set; }

    public long DiskMebibytes { get; private set; }

    public int FreePorts => ports.Count;

    /// <summary>
    /// Free ports, not yet taken, from a point that <paramref name="seed"/> chooses: a port that turned out to be taken on the host is not
    /// the next one tried.
    /// </summary>
    public IReadOnlyList<int> ChoosePorts(int count, int seed)
    {
        var all = ports.ToList();
        var start = all.Count == 0 ? 0 : (int)((uint)seed % (uint)all.Count);
        return [.. Enumerable.Range(0, Math.Min(count, all.Count)).Select(step => all[(start + step) % all.Count])];
    }

    public void Take(TaskResources resources, IEnumerable<int> taken)
    {
        MilliCpus -= resources.MilliCpus;
        MemoryMebibytes -= resources.MemoryMebibytes;
        DiskMebibytes -= resources.DiskMebibytes;
        ports.ExceptWith(taken);
    }

    // Reserved and revocable resources and disks of their own need operations that no pod asks for yet.
    private static bool Plain(Resource resource) =>
        resource.Reservations.Count == 0 && resource.Reservation is null && resource.Revocable is null && resource.Disk is null && resource.Shared is null;
}
