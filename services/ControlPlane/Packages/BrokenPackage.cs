using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Declared;

namespace DataPlatform.Services.ControlPlane.Packages;

/// <summary>A folder that should be a package and can't be read: shown, so that somebody mends it, and never launched.</summary>
/// <param name="Name">Of the folder.</param>
public sealed record BrokenPackage(string Name, IReadOnlyList<PackageProblem> Problems)
{
    private const int Shown = 3;

    public PackageView View => new(Name, Name, "This package can't be read.", "", [], [], Reason);

    public string Reason => string.Join("; ", Problems.Take(Shown)) + (Problems.Count > Shown ? $"; and {Problems.Count - Shown} more" : "");
}
