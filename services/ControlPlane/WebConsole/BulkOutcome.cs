using DataPlatform.Core.Client.ControlPlane;
using MudBlazor;

namespace DataPlatform.Services.ControlPlane.WebConsole;

/// <summary>What came of something that was asked of several clusters at once.</summary>
public sealed record BulkOutcome(Severity Severity, string Text)
{
    /// <param name="done">Of one that agreed, such as "parked".</param>
    /// <param name="outcomes">The name of each, and why not; null when it agreed.</param>
    public static BulkOutcome Of(string done, IReadOnlyList<(string Name, Problem? Problem)> outcomes)
    {
        var agreed = outcomes.Where(outcome => outcome.Problem is null).Select(outcome => outcome.Name).ToList();
        var refused = outcomes.Where(outcome => outcome.Problem is not null).Select(outcome => $"{outcome.Name}: {Words.Sentence(outcome.Problem!)}").ToList();
        var text = agreed.Count > 0 ? $"{string.Join(", ", agreed)}: {done}." : "";
        return refused.Count == 0 ? new BulkOutcome(Severity.Success, text)
            : new BulkOutcome(Severity.Error, $"{text} Not {done}: {string.Join("; ", refused)}".TrimStart());
    }
}
