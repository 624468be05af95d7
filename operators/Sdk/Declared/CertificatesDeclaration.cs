namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>By which the cluster's tasks, and those of clusters that connect, know each other.</summary>
/// <param name="Authority">Where the authority's certificate stands in the sandbox.</param>
/// <param name="Own">Where their own certificate stands, with its key.</param>
/// <param name="Variables">Of the environment, with the path of the file that each names.</param>
public sealed record CertificatesDeclaration(string Authority, string Own, IReadOnlyDictionary<string, string> Variables);
