using DataPlatform.Operators.Sdk.Specification;
using YamlDotNet.RepresentationModel;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Reads what plans mind of a pod.</summary>
/// <param name="facts">Names of facts by pod.</param>
/// <param name="steps">Operations that are steps of plans.</param>
internal sealed class PlanRulesReader(Problems problems, IReadOnlyDictionary<string, IReadOnlySet<string>> facts, IReadOnlyCollection<string> steps)
{
    /// <param name="pods">All of the package's.</param>
    public PlanRules Rules(string pod, Fields fields, IReadOnlySet<string> pods)
    {
        if (fields.Map("plans") is not { } plans)
            return PlanRules.None;
        var rules = new PlanRules
        {
            EndWhen = [.. plans.Maps("end_when").Select(condition => Condition(pod, condition))], EndLast = plans.Map("end_last") is { } last ? Condition(pod, last) : null,
            EndAfter = [.. plans.Texts("end_after").Select(other => Other(pod, other.Text, other.At, pods))], BeforeRemoval = Step(plans, "before_removal"), AfterAddition = Step(plans, "after_addition"),
        };
        plans.Done();
        return rules;
    }

    private FactCondition Condition(string pod, Fields fields) => FactsReader.Condition(pod, fields, facts.GetValueOrDefault(pod));

    private string Other(string pod, string other, YamlNode at, IReadOnlySet<string> pods)
    {
        if (other == pod || !pods.Contains(other))
            problems.Add(at, $"{pod} ends after {Problems.Short(other)}, which is no other pod", string.Join(", ", pods.Where(each => each != pod)));
        return other;
    }

    private string? Step(Fields plans, string field)
    {
        var operation = plans.Optional(field);
        if (operation is not null && !steps.Contains(operation))
            problems.Add(plans.At(field), $"{plans.Of(field)} names {Problems.Short(operation)}, which is no operation of the kind step", steps.Count == 0 ? "none" : string.Join(", ", steps));
        return operation;
    }
}
