namespace DataPlatform.Operators.Sdk.Specification;

/// <summary>How a task's agent finds out that the running task serves.</summary>
public abstract record ReadinessCheck
{
    private ReadinessCheck() { }

    /// <summary>The task runs: nothing more is asked.</summary>
    public sealed record Running : ReadinessCheck;

    /// <summary>The port, by its name, takes connections.</summary>
    public sealed record Tcp(string Port) : ReadinessCheck;

    /// <summary>A GET of the task's own page succeeds.</summary>
    /// <param name="Expect">A regular expression that the body has to match; null: whatever it says.</param>
    public sealed record Http(string Port, string Path, string? Expect) : ReadinessCheck;

    /// <summary>A program ends with 0, run in the task's sandbox as the task's user.</summary>
    /// <param name="Program">Absolute path.</param>
    public sealed record Command(string Program, IReadOnlyList<string> Arguments) : ReadinessCheck;
}
