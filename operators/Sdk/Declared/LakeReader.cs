namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Reads which folders of the lake are the package's.</summary>
internal sealed class LakeReader(PackageFolder folder, TemplatesReader templates, Problems problems)
{
    private const string Allowed = Names.PathAllowed + "; {{ cluster }} in it is the cluster's name";
    private static readonly TemplateScope Scope = new(
        new HashSet<string>(["cluster"]), new Dictionary<string, IReadOnlySet<string>>(), new Dictionary<string, IReadOnlySet<string>>(), new Dictionary<string, string>());

    public IReadOnlyList<LakeDeclaration> Lake(Fields package)
    {
        var lake = new List<LakeDeclaration>();
        foreach (var fields in package.Maps("lake"))
        {
            var path = templates.Inline(fields.At("path"), fields.Text("path", allowed: Allowed), Scope);
            var values = new Dictionary<string, object> { ["cluster"] = "trial" };
            if (fields.Has("path") && !Names.Path().IsMatch(path.Render("the lake", values)))
                problems.Add(fields.At("path"), $"{fields.Of("path")} leads out of the lake", Allowed);
            var seed = fields.Optional("seed", Names.Path(), Names.PathAllowed);
            if (seed is not null && folder.WhyNoFolder(seed) is { } why)
                problems.Add(fields.At("seed"), $"{fields.Of("seed")}: {why}");
            lake.Add(new LakeDeclaration(path, seed));
            fields.Done();
        }

        return lake;
    }
}
