namespace DataPlatform.Services.Agent.Images;

/// <summary>Where an agent has images from.</summary>
internal abstract record ImageSource
{
    private ImageSource()
    {
    }

    /// <summary>Archives that <c>podman save</c> or <c>docker save</c> wrote, named like their images.</summary>
    /// <param name="Path">Absolute.</param>
    public sealed record Folder(string Path) : ImageSource
    {
        public override string ToString() => Path;

        /// <summary>Where the archive of an image may lie, the most particular name first.</summary>
        public IEnumerable<string> ArchivesOf(ImageName image)
        {
            if (image.Digest.Length > 0)
                yield break;
            var name = (image.Host.Length > 0 ? image.Host + "/" : "") + image.Path;
            yield return System.IO.Path.Combine(Path, $"{name}:{image.Tag}.tar");
            if (image.Tag == ImageName.LatestTag)
                yield return System.IO.Path.Combine(Path, $"{name}.tar");
        }
    }

    /// <param name="Host">With its port, where it has one of its own.</param>
    /// <param name="Plain">By http.</param>
    public sealed record Registry(string Host, bool Plain) : ImageSource
    {
        private const string Official = "docker.io";

        public override string ToString() => Host;

        /// <summary>The image's whole name; null when it names another registry.</summary>
        public string? ReferenceTo(ImageName image)
        {
            if (image.Host.Length > 0 && image.Host != Host)
                return null;
            // The names without a folder are, at that registry, those of a folder of their own.
            var path = Host == Official && !image.Path.Contains('/', StringComparison.Ordinal) ? "library/" + image.Path : image.Path;
            return (image with { Host = Host, Path = path, Tag = image.Digest.Length > 0 ? "" : image.Tag }).ToString();
        }
    }

    /// <summary>Null when the text is neither an absolute path nor the address of a registry.</summary>
    public static ImageSource? Parse(string text)
    {
        if (System.IO.Path.IsPathRooted(text))
            return new Folder(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(text)));
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.AbsolutePath != "/" || address.UserInfo.Length > 0)
            return null;
        return new Registry(address.Authority == "registry-1.docker.io" ? "docker.io" : address.Authority, address.Scheme == "http");
    }
}
