namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Reads where the cluster's own certificates stand.</summary>
internal sealed class CertificatesReader(Problems problems)
{
    private const string Field = "certificates";

    /// <param name="pods">Whose tasks get them, with those of operations.</param>
    public CertificatesDeclaration? Certificates(Fields package, IEnumerable<PodDeclaration> pods)
    {
        if (package.Map(Field) is not { } fields)
            return null;
        var (authority, own) = (fields.Text("authority", Names.Path(), Names.PathAllowed), fields.Text("own", Names.Path(), Names.PathAllowed));
        if (authority == own)
            problems.Add(fields.At("own"), $"{fields.Of("own")} is the authority's path already");
        foreach (var task in pods.SelectMany(pod => pod.Tasks))
        {
            foreach (var field in (string[])["authority", "own"])
            {
                var path = field == "own" ? own : authority;
                if (task.Files.Any(file => file.Path == path) || task.Volumes.Any(volume => path.StartsWith(volume.Path + "/", StringComparison.Ordinal)))
                    problems.Add(fields.At(field), $"{fields.Of(field)}: something else is to stand at {path}");
            }
        }

        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, file, at) in fields.Entries("variables", Names.Variable(), Names.VariableAllowed))
        {
            if (file is "authority" or "own")
                variables[name] = file == "own" ? own : authority;
            else
                problems.Add(at, $"{name} can't hold the path of '{Problems.Short(file)}'", "authority, own");
        }

        fields.Done();
        return new CertificatesDeclaration(authority, own, variables);
    }
}
