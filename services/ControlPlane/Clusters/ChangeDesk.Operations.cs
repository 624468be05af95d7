using System.Globalization;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Services.ControlPlane.Lake;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Clusters;

/// <content>What a cluster is asked to do while it serves.</content>
public sealed partial class ChangeDesk
{
    private const int KeptOperations = 20;
    private const int MostWaiting = 10;

    public ChangeOutcome Operate(string name, OperationRequest request, string actor) => Guarded(name, (cluster, engine) =>
    {
        var known = engine.OperationsOf(cluster.VersionOf());
        if (known.FirstOrDefault(operation => operation.Name == request.Name) is not { } operation)
            return Invalid("name", request.Name is null ? "is missing" : $"{cluster.Package} knows no operation {request.Name}", known.Count == 0 ? "it has none" : string.Join(", ", known.Select(each => each.Name)));
        var asked = cluster.Aim.Operations ?? [];
        if (Waiting(engine, cluster, asked) >= MostWaiting)
            return Refused(new Problem("Too many operations wait", 409, $"{MostWaiting} were asked for and are not over.", null));
        var (now, number) = (time.GetUtcNow(), (asked.Count == 0 ? 0 : asked[^1].Number) + 1);
        string? folder = null;
        switch (operation.Kind)
        {
            case "backup":
                folder = Backups.NewFolder(cluster.Package, cluster.Name, number, now);
                break;
            case "restore":
                var backups = Backups.Under(lake.Root, cluster.Package);
                if (backups.FirstOrDefault(backup => backup.Name == request.Backup) is not { } chosen)
                    return Invalid("backup", request.Backup is null ? "is missing" : "there is no such backup", backups.Count == 0 ? $"none: no {cluster.Package} was backed up" : string.Join(", ", backups.Select(backup => backup.Name)));
                folder = Backups.Folder(chosen.Package, chosen.Name);
                break;
        }

        if (request.Backup is not null && operation.Kind != "restore") return Invalid("backup", $"{operation.Name} reads none", "nothing");
        var given = request.Inputs ?? [];
        if (OptionsCheck.Problems(operation, given) is { Count: > 0 } wrong) return Refused(Outcome.Invalid(wrong).Problem);
        if (operation.Inputs is { } schema && engine.Problem(engine.OptionsOf(cluster), operation.Name, OptionsCheck.WithDefaults(OptionsCheck.Defaults(schema), given)) is { } problem) return Refused(Outcome.Invalid([problem]).Problem);
        var operations = Kept([.. asked, new WantedOperation(number, operation.Name, folder, now) { Inputs = given.Count > 0 ? given : null }]);
        return Set(cluster, engine, cluster.Aim with { Operations = operations }, new AuditEntry(actor, operation.Name, cluster.Name, string.Create(CultureInfo.InvariantCulture, $"{number} {folder}").TrimEnd()));
    });

    /// <summary>The youngest, and of each name the last: what recurs is counted from it.</summary>
    private static IReadOnlyList<WantedOperation> Kept(IReadOnlyList<WantedOperation> asked)
    {
        var last = asked.GroupBy(operation => operation.Name, StringComparer.Ordinal).Select(each => each.Last().Number).ToHashSet();
        return [.. asked.Where((operation, index) => index >= asked.Count - KeptOperations || last.Contains(operation.Number))];
    }

    private static int Waiting(IClusterOperator engine, DesiredCluster cluster, IReadOnlyList<WantedOperation> asked)
    {
        var over = (engine.Observe(cluster.Id)?.Operations ?? []).Where(operation => operation.IsOver).Select(operation => operation.Number).ToHashSet();
        return asked.Count(operation => !over.Contains(operation.Number));
    }

    private static ChangeOutcome.Refused Invalid(string field, string message, string allowed) => Refused(Outcome.Invalid([new FieldProblem(field, message, allowed)]).Problem);
}
