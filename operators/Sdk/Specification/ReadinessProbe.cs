namespace DataPlatform.Operators.Sdk.Specification;

/// <summary>How the operator finds out that a running task serves.</summary>
public abstract record ReadinessProbe
{
    private ReadinessProbe() { }

    /// <summary>The task runs: nothing more is asked.</summary>
    public sealed record Running : ReadinessProbe;

    /// <summary>The port takes connections.</summary>
    public sealed record Tcp(string Host, int Port) : ReadinessProbe;

    /// <summary>
    /// An engine's own answer: a GET that must be 200, and a judge of its body that says what is missing, or null when the task is
    /// ready.
    /// </summary>
    public sealed record Http(Uri Address, Func<string, string?> Judge) : ReadinessProbe;
}
