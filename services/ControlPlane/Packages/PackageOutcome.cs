using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.ControlPlane.Packages;

/// <summary>What became of a request to install or remove a package.</summary>
public abstract record PackageOutcome
{
    private PackageOutcome() { }

    public sealed record Installed(PackageView Package) : PackageOutcome;

    public sealed record Removed : PackageOutcome;

    public sealed record Refused(Problem Problem) : PackageOutcome;
}
