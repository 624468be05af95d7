using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.ControlPlane.Blueprints;

/// <summary>What became of a request about a blueprint.</summary>
public abstract record BlueprintOutcome
{
    private BlueprintOutcome() { }

    public sealed record Up(BlueprintChangeView Change) : BlueprintOutcome;

    public sealed record Down(BlueprintDetail Blueprint) : BlueprintOutcome;

    public sealed record Exported(BlueprintDocument Document) : BlueprintOutcome;

    public sealed record Refused(Problem Problem) : BlueprintOutcome;
}
