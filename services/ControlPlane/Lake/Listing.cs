namespace DataPlatform.Services.ControlPlane.Lake;

/// <summary>A folder as it was listed, without what is passed over: names that begin with '.' or '_', and links.</summary>
public sealed record ListedFolder(string Path, IReadOnlyList<ListedFolder> Folders, IReadOnlyList<ListedFile> Files)
{
    /// <summary>Deeper than this nothing is listed.</summary>
    public const int MostDepth = 8;

    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    public static bool IsVisible(string name) => name.Length > 0 && name[0] is not ('.' or '_');
}

/// <param name="Path">The whole path where it lies.</param>
public sealed record ListedFile(string Path, long Length, DateTimeOffset ModifiedAt)
{
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>Whose it is, where that is known.</summary>
    public string? Owner { get; init; }

    /// <summary>A copy on this host, of what lies elsewhere.</summary>
    public string? Copy { get; init; }

    /// <summary>Where it can be opened.</summary>
    public string Readable => Copy ?? Path;
}
