namespace DataPlatform.Operators.Sdk.Artifacts;

/// <summary>A file of the content-addressed store, as agents fetch it.</summary>
/// <param name="Name">Its name for people and in sandboxes, such as <c>spark-core_2.13-4.2.0.jar</c>.</param>
/// <param name="Digest">sha256, in lower-case hexadecimal.</param>
/// <param name="Url">Where agents fetch it; ends in <c>#sha256=</c> and the digest.</param>
public sealed record StoredFile(string Name, string Digest, string Url);
