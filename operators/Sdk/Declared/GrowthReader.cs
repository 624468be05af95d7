using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Reads how the count of a pod follows the work.</summary>
/// <param name="facts">Names of facts by pod.</param>
internal sealed class GrowthReader(Problems problems, IReadOnlyDictionary<string, IReadOnlySet<string>> facts)
{
    private const string Field = "grows";
    private const int LongestSeconds = 86_400;

    /// <param name="most">Reads how many there may be.</param>
    public GrowthDeclaration? Growth(Fields pod, Func<Fields, string, Amount> most)
    {
        if (pod.Map(Field) is not { } fields)
            return null;
        var of = fields.Text("of");
        var known = facts.GetValueOrDefault(of);
        if (of.Length > 0 && known is null)
            problems.Add(fields.At("of"), $"{fields.Of("of")} names {Problems.Short(of)}, which says nothing of itself (facts)", facts.Count == 0 ? "none" : string.Join(", ", facts.Keys));
        var growth = new GrowthDeclaration(
            most(fields, "to"), of, Condition(fields, "when", of, known), TimeSpan.FromSeconds(fields.Whole("after_seconds", 1, LongestSeconds, 10)),
            Condition(fields, "shrinks_when", of, known), TimeSpan.FromSeconds(fields.Whole("shrinks_after_seconds", 1, LongestSeconds, 300)));
        fields.Done();
        return growth;
    }

    /// <summary>What comes and goes can be nobody's address, and holds nothing that would be lost with it.</summary>
    public void HoldApart(IReadOnlyList<PodDeclaration> pods, IReadOnlyDictionary<string, Fields> fields)
    {
        foreach (var pod in pods.Where(pod => pod.Growth is not null))
        {
            var at = fields[pod.Type].At(Field);
            if (pod.IsSingle)
                problems.Add(at, $"{pod.Type} grows, and is called by its type alone", "a count that is computed, or more than 1");
            if (pod.Tasks.Any(task => task.Volumes.Count > 0))
                problems.Add(at, $"{pod.Type} grows, and has volumes, whose data would end with those that go", "a pod without volumes");
            foreach (var other in pods.Where(other => other.WaitsFor.ContainsKey(pod.Type)))
                problems.Add(fields[other.Type].At("waits_for"), $"{other.Type} waits for {pod.Type}, which grows", "pods whose number is fixed");
        }
    }

    private FactCondition Condition(Fields fields, string name, string of, IReadOnlySet<string>? known)
    {
        if (fields.Map(name) is not { } condition)
        {
            problems.Add(fields.Node, $"{fields.Of(name)} is missing", "{ fact, is }, { fact, at_most } or { fact, at_least }");
            return new FactCondition("", FactComparison.Is, "");
        }

        // That the pod says nothing of itself is a problem of its own.
        return known is null ? FactsReader.Condition(condition.Text("fact"), condition) : FactsReader.Condition(of, condition, known);
    }
}
