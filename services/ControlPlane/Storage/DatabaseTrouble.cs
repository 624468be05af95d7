namespace DataPlatform.Services.ControlPlane.Storage;

/// <summary>Why the database could not be read or written, for people.</summary>
/// <param name="IsFull">There is no room for more; what is there can be read.</param>
public sealed record DatabaseTrouble(bool IsFull, string Reason);
