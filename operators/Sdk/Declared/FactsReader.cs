using System.Text.RegularExpressions;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Reads what engines say of themselves.</summary>
internal sealed partial class FactsReader(Problems problems, LooksReader looks)
{
    private const string Field = "facts";
    private const string NameAllowed = "2 to 40 small letters, digits and underscores, beginning with a letter";
    private const int MostEverySeconds = 300;

    /// <summary>What an agent takes of one question.</summary>
    private const int MostValues = 8;

    /// <summary>Names of facts by pod, known before any template is read.</summary>
    public static IReadOnlyDictionary<string, IReadOnlySet<string>> Names(Fields package) => package.Maps(Field)
        .SelectMany(fields => fields.Maps("values").Select(value => (Pod: fields.Optional("pod") ?? "", Name: value.Optional("name") ?? "")))
        .GroupBy(fact => fact.Pod).ToDictionary(group => group.Key, group => (IReadOnlySet<string>)group.Select(fact => fact.Name).ToHashSet(StringComparer.Ordinal));

    public IReadOnlyList<FactsDeclaration> Facts(Fields package)
    {
        var read = new List<FactsDeclaration>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var fields in package.Maps(Field))
        {
            var (pod, look) = looks.Look(fields);
            var every = TimeSpan.FromSeconds(fields.Whole("every_seconds", 2, MostEverySeconds, (int)TaskSpecification.UsualLookEvery.TotalSeconds));
            var expect = looks.Expression(fields, "expect");
            var (signs, facts) = (new List<ActivitySign>(), new List<EngineFact>());
            foreach (var value in fields.Maps("values"))
            {
                var name = value.Text("name", Name(), NameAllowed);
                if (!known.Add($"{pod} {name}"))
                    problems.Add(value.At("name"), $"the fact {name} of {pod} is there twice");
                facts.Add(new EngineFact(name, value.Text("title"), pod, value.Map("healthy") is { } healthy ? Condition(name, healthy) : null));
                signs.Add(new ActivitySign(SignKind.Fact, name, looks.Place(value)));
                value.Done();
            }

            if (facts.Count > MostValues)
                problems.Add(fields.At("values"), $"{fields.Of("values")} are {facts.Count}", $"at most {MostValues}");
            if (facts.Count == 0)
                problems.Add(fields.Node, $"{fields.Of("values")} is missing", "a list of { name, title, healthy, json_path or match }");
            fields.Done();
            if (look is not null)
                read.Add(new FactsDeclaration(new QuestionDeclaration(pod, look, expect, signs), every, facts));
        }

        return read;
    }

    /// <summary>Of fields that name one of a pod's facts.</summary>
    /// <param name="known">What <paramref name="pod"/> says of itself; null when that is nothing.</param>
    public static FactCondition Condition(string pod, Fields fields, IReadOnlySet<string>? known)
    {
        var fact = fields.Text("fact");
        if (fact.Length > 0 && known?.Contains(fact) != true)
            fields.Problems.Add(fields.At("fact"), $"{fields.Of("fact")} names {Problems.Short(fact)}, which {pod} does not say of itself (facts)", known is null ? "none" : string.Join(", ", known));
        return Condition(fact, fields);
    }

    /// <summary>Of fields that say nothing else but, where its name stands there, the fact.</summary>
    public static FactCondition Condition(string fact, Fields fields)
    {
        string[] comparisons = ["is", "at_most", "at_least"];
        var said = comparisons.Where(fields.Has).ToList();
        if (said.Count != 1)
            fields.Problems.Add(fields.Node, $"{fields.Of("is")}, {fields.Of("at_most")} or {fields.Of("at_least")}: one of them must be there");
        var value = said.Count > 0 ? fields.Text(said[0]) : "";
        if (said is ["at_most" or "at_least"] && !decimal.TryParse(value, System.Globalization.NumberStyles.Number, System.Globalization.CultureInfo.InvariantCulture, out _))
            fields.Problems.Add(fields.At(said[0]), $"{fields.Of(said[0])} can't be '{Problems.Short(value)}'", "a number");
        fields.Done();
        return new FactCondition(fact, said switch { ["at_most"] => FactComparison.AtMost, ["at_least"] => FactComparison.AtLeast, _ => FactComparison.Is }, value);
    }

    [GeneratedRegex(@"\A[a-z][a-z0-9_]{1,39}\z")]
    private static partial Regex Name();
}
