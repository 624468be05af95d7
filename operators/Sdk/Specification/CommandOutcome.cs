namespace DataPlatform.Operators.Sdk.Specification;

/// <summary>A task's command, or what it still waits for before it can have one.</summary>
public abstract record CommandOutcome
{
    private CommandOutcome() { }

    public sealed record Known(TaskCommand Command) : CommandOutcome;

    public sealed record Waiting(string Reason) : CommandOutcome;

    public static implicit operator CommandOutcome(TaskCommand command) => new Known(command);
}
