using System.Text.RegularExpressions;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Reads how pods prove what they do.</summary>
internal sealed partial class IdleReader(Problems problems, LooksReader looks)
{
    private const int MostAbove = 1_000_000;

    public IReadOnlyList<QuestionDeclaration> Idle(Fields package)
    {
        var read = new List<QuestionDeclaration>();
        foreach (var fields in package.Maps("idle"))
        {
            var (pod, look) = looks.Look(fields);
            var signs = fields.Maps("signs").Select(Sign).OfType<ActivitySign>().ToList();
            if (!fields.Has("signs"))
                problems.Add(fields.Node, $"{fields.Of("signs")} is missing", "a list of { of, kind, above, json_path or match }");
            var expect = looks.Expression(fields, "expect");
            fields.Done();
            if (look is not null)
                read.Add(new QuestionDeclaration(pod, look, expect, signs));
        }

        return read;
    }

    private ActivitySign? Sign(Fields fields)
    {
        var of = fields.Text("of", Of(), "1 to 40 letters, digits and spaces");
        var kind = fields.Choice("kind", "", "busy", "count", "time") switch
        {
            "busy" => SignKind.Busy,
            "count" => SignKind.Count,
            "time" => SignKind.Time,
            _ => (SignKind?)null,
        };
        if (kind is null && !fields.Has("kind"))
            problems.Add(fields.Node, $"{fields.Of("kind")} is missing", "busy, count, time");
        var above = fields.Whole("above", 0, MostAbove, 0);
        if (fields.Has("above") && kind is not SignKind.Busy)
            problems.Add(fields.At("above"), $"{fields.Of("above")} says something of the kind busy alone");
        var place = looks.Place(fields);
        fields.Done();
        return kind is not { } known ? null : new ActivitySign(known, of, place) { Above = above };
    }

    [GeneratedRegex(@"\A[A-Za-z0-9]([A-Za-z0-9 ]{0,38}[A-Za-z0-9])?\z")]
    private static partial Regex Of();
}
