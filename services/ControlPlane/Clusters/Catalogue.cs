using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Packages;

namespace DataPlatform.Services.ControlPlane.Clusters;

/// <summary>What can be launched: one operator for each package. Packages come and go while it is read.</summary>
public sealed class Catalogue(IEnumerable<IClusterOperator> operators, IEnumerable<BrokenPackage> broken)
{
    private readonly Lock changing = new();
    private volatile IReadOnlyList<BrokenPackage> unreadable = [.. broken];
    private volatile IReadOnlyList<IClusterOperator> known = Sorted(operators);

    /// <summary>Raised after an operator, or a version of its package, came or went.</summary>
    public event Action? Changed;

    public IReadOnlyList<IClusterOperator> Operators => known;

    /// <summary>Also those that can't be read, with the reason.</summary>
    public IEnumerable<PackageView> Packages => Operators.Select(one => one.Package).Concat(unreadable.Select(one => one.View)).OrderBy(package => package.Name, StringComparer.Ordinal);

    public IClusterOperator? Find(string package) => Operators.FirstOrDefault(one => one.Name == package);

    public bool IsBroken(string package) => unreadable.Any(one => one.Name == package);

    public void Add(IClusterOperator engine)
    {
        lock (changing) known = Sorted(known.Append(engine));
        Changed?.Invoke();
    }

    public void Remove(string package)
    {
        lock (changing) known = Sorted(known.Where(one => one.Name != package));
        Mended([package]);
        Changed?.Invoke();
    }

    /// <summary>Folders that are no packages which can't be read, any more.</summary>
    public void Mended(IReadOnlyCollection<string> folders)
    {
        lock (changing) unreadable = [.. unreadable.Where(one => !folders.Contains(one.Name))];
    }

    /// <summary>A package has other versions than before.</summary>
    public void Renew() => Changed?.Invoke();

    private static IReadOnlyList<IClusterOperator> Sorted(IEnumerable<IClusterOperator> operators) => [.. operators.OrderBy(one => one.Name, StringComparer.Ordinal)];
}
