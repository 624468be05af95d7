namespace DataPlatform.Operators.Sdk.Packages;

/// <summary>A folder of wheels and source archives that were fetched before.</summary>
internal sealed class WheelsFolder(string folder)
{
    /// <summary>
    /// True when every distribution is there with a hash that the requirements allow. A distribution that is there with another hash only
    /// becomes a problem; one that is absent does not, for pip may get it elsewhere. What stands under a marker is left to pip.
    /// </summary>
    public async Task<bool> HoldsAllAsync(Requirements requirements, List<ArtifactProblem> problems, CancellationToken cancellation)
    {
        if (!Directory.Exists(folder))
            return false;

        var files = Directory.GetFiles(folder).ToLookup(DistributionOf);
        var complete = true;
        foreach (var item in requirements.Items.Where(item => item.Marker is null))
        {
            var candidates = files[$"{Requirement.Normalize(item.Name)} {item.Version}"].ToList();
            var found = new List<string>();
            foreach (var candidate in candidates)
            {
                var digest = await Digest.OfFileAsync(candidate, cancellation);
                if (item.Hashes.Contains(digest))
                {
                    found.Clear();
                    break;
                }

                found.Add($"{Path.GetFileName(candidate)} has sha256 {digest}");
            }

            if (found.Count > 0)
                problems.Add(new($"{item.Name}=={item.Version}", $"{string.Join(", ", found)} in {folder} and the requirements say {string.Join(" or ", item.Hashes)}", "Replace the file.") { Differs = true });
            complete &= candidates.Count > 0;
        }

        return complete && problems.Count == 0;
    }

    /// <summary>Name and version as a wheel's or a source archive's file name says them.</summary>
    private static string DistributionOf(string path)
    {
        var file = Path.GetFileName(path);
        if (file.EndsWith(".whl", StringComparison.Ordinal) && file.Split('-') is [var name, var version, ..])
            return $"{Requirement.Normalize(name)} {version}";
        var stem = file.EndsWith(".tar.gz", StringComparison.Ordinal) ? file[..^7] : Path.GetFileNameWithoutExtension(file);
        var dash = stem.LastIndexOf('-');
        return dash < 0 ? file : $"{Requirement.Normalize(stem[..dash])} {stem[(dash + 1)..]}";
    }
}
