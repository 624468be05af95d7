namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>What is wrong with a package or a blueprint, and where.</summary>
/// <param name="File">Of a package relative to its folder.</param>
/// <param name="Line">From 1, as editors count; so is <paramref name="Column"/>.</param>
/// <param name="Allowed">What may stand there; null when the message says it.</param>
public sealed record PackageProblem(string File, int Line, int Column, string Message, string? Allowed = null)
{
    public override string ToString() => $"{File}:{Line}:{Column}: {Message}{(Allowed is null ? "" : $" (allowed: {Allowed})")}";
}
