using System.Globalization;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Clusters;

/// <summary>Tells what an operation hands out, such as a password, to who asks for it. It is stored nowhere; that somebody asked is.</summary>
public sealed class HandOutDesk(Catalogue catalogue, ClusterStore clusters, AuditLog audit)
{
    public HandOutOutcome HandOut(string name, int number, string actor)
    {
        if (clusters.Find(name) is not { } cluster) return new HandOutOutcome.Refused(Outcome.Unknown(name).Problem);
        var engine = catalogue.Find(cluster.Package);
        var operation = engine?.Observe(cluster.Id)?.Operations.FirstOrDefault(each => each.Number == number);
        if (operation is null) return Refused("No such operation", string.Create(CultureInfo.InvariantCulture, $"{name} knows no operation {number} any more, or not yet."));
        var variables = engine!.HandedOut(cluster.Id, number);
        if (variables.Count == 0)
            return Refused("Nothing is handed out", string.Create(CultureInfo.InvariantCulture, $"{operation.Name} {number} {(operation.State == StepState.Complete ? "hands nothing out" : "is not complete")}."));
        audit.Add(actor, "hand-out", name, string.Create(CultureInfo.InvariantCulture, $"{operation.Name} {number}"));
        return new HandOutOutcome.HandedOut(new HandedOutView(number, operation.Name, variables));
    }

    private static HandOutOutcome.Refused Refused(string title, string why) => new(new Problem(title, 404, why, null));
}

public abstract record HandOutOutcome
{
    private HandOutOutcome() { }

    public sealed record HandedOut(HandedOutView View) : HandOutOutcome;

    public sealed record Refused(Problem Problem) : HandOutOutcome;
}
