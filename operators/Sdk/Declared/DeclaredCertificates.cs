using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>A cluster's certificates as the files that its declaration asks for.</summary>
internal static class DeclaredCertificates
{
    public static IReadOnlyList<GeneratedFile> Files(PackageDeclaration declaration, ClusterSettings settings)
    {
        if (declaration.Certificates is not { } declared)
            return [];
        var made = ClusterCertificates.Of(settings);
        return [new GeneratedFile(declared.Authority, made.Authority), new GeneratedFile(declared.Own, made.Own)];
    }
}
