namespace DataPlatform.Core.Pool;

/// <summary>Who asks. Every command carries its caller; what it may do is decided with the command, nowhere else.</summary>
public abstract record Caller
{
    private Caller()
    {
    }

    /// <summary>The platform itself: time that passed, a stream that closed. May do everything.</summary>
    public static Caller Platform { get; } = new Itself();

    public sealed record Itself : Caller;

    /// <summary>Whoever proved to be this principal.</summary>
    /// <param name="Name">Of the principal.</param>
    /// <param name="From">The IP address that the call came from.</param>
    public sealed record Named(string Name, string From) : Caller;

    /// <summary>Nobody was asked for a name.</summary>
    /// <param name="From">The IP address that the call came from.</param>
    public sealed record Unnamed(string From) : Caller;

    /// <summary>Null for who has no name.</summary>
    public string? Principal => this is Named named ? named.Name : null;

    /// <summary>Empty for the platform itself.</summary>
    public string Address => this switch
    {
        Named named => named.From,
        Unnamed unnamed => unnamed.From,
        _ => "",
    };
}
