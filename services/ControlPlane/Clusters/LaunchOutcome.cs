using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Clusters;

/// <summary>What became of a request that would change what is desired.</summary>
public abstract record Outcome
{
    private Outcome() { }

    public sealed record Accepted(DesiredCluster Cluster) : Outcome;

    public sealed record Refused(Problem Problem) : Outcome;

    public static Refused Invalid(IReadOnlyList<FieldProblem> errors) => new(new Problem("The request is not valid", 400, null, errors));

    public static Refused Unknown(string name) => new(new Problem("No such cluster", 404, $"There is no cluster named '{Shown(name)}'.", null));

    private static string Shown(string name) => ClusterName.IsValid(name) ? name : "(a name that can't be)";
}
