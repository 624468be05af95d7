namespace DataPlatform.Operators.Sdk.Packages;

/// <summary>A file of the store as a task asks for it.</summary>
/// <param name="FileName">What it is to be called in a sandbox.</param>
/// <param name="Url">Where agents get it: carries the key, and the digest as fragment.</param>
public sealed record Artifact(string FileName, Digest Digest, long Bytes, Uri Url);

/// <summary>How far a package has come.</summary>
/// <param name="Done">Items that are there, of <paramref name="Total"/>.</param>
/// <param name="Bytes">Bytes of the items that are there.</param>
/// <param name="What">What is being done now, in words.</param>
public sealed record ResolveProgress(int Done, int Total, long Bytes, string What);

/// <summary>Something that a package needs and that can't be had.</summary>
/// <param name="Item">The file, the Python distribution or the program.</param>
/// <param name="Remedy">What to configure so that it can be had.</param>
public sealed record ArtifactProblem(string Item, string Reason, string Remedy);

/// <summary>What came of asking for a package's artifacts.</summary>
public abstract record PackageResolution
{
    private PackageResolution()
    {
    }

    /// <summary>Everything is in the store.</summary>
    /// <param name="Jars">The files of the lock, in its order; empty when the package has none.</param>
    /// <param name="JarsArchive">The same files as one uncompressed tar, members without folders: one fetch, one link in the sandbox.</param>
    /// <param name="Python">The environment as an uncompressed tar with members <c>site-packages/</c>, <c>share/</c> and <c>etc/</c>.</param>
    public sealed record Resolved(PackageFolder Package, IReadOnlyList<Artifact> Jars, Artifact? JarsArchive, Artifact? Python) : PackageResolution;

    /// <summary>Something is missing or is not what the lock says.</summary>
    public sealed record Refused(string Package, IReadOnlyList<ArtifactProblem> Problems) : PackageResolution
    {
        private const int Shown = 3;

        /// <summary>One text for people: the first problems, how many more, and what to configure.</summary>
        public string Reason
        {
            get
            {
                var shown = string.Join("; ", Problems.Take(Shown).Select(problem => $"{problem.Item}: {problem.Reason}"));
                var more = Problems.Count > Shown ? $"; and {Problems.Count - Shown} more" : "";
                var remedies = string.Join(" ", Problems.Select(problem => problem.Remedy).Distinct());
                return $"{Package} can't be had: {shown}{more}. {remedies}";
            }
        }
    }
}
