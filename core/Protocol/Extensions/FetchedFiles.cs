namespace DataPlatform.Core.Protocol.Extensions;

/// <summary>What whoever prepares files for tasks may count on, of what agents fetch into their cache and unpack there.</summary>
public static class FetchedFiles
{
    /// <summary>
    /// When each was last modified, on every host, whatever the archive says: a Java virtual machine takes an archive of classes only
    /// when the jars that it was made of have the time that they had then.
    /// </summary>
    public static readonly DateTime Time = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);
}
