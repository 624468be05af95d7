namespace DataPlatform.Operators.Sdk.Specification;

/// <summary>How a task's agent finds out what the running task does and how it is: one question, and what its answer says of it.</summary>
public sealed record ActivityLook(LookWay Way, IReadOnlyList<ActivitySign> Signs)
{
    /// <summary>A regular expression that the answer has to match to be one. Then a <see cref="SignPlace.Match"/> that is not found is 0.</summary>
    public string? Expect { get; init; }
}

/// <summary>How the task is asked, from its own host.</summary>
public abstract record LookWay
{
    private LookWay() { }

    /// <summary>A GET of the task's own page, which must succeed.</summary>
    /// <param name="Headers">Secrets are welcome: nobody but the agent sees them.</param>
    public sealed record Http(string Port, string Path, IReadOnlyDictionary<string, string> Headers) : LookWay
    {
        public Http(string port, string path) : this(port, path, new Dictionary<string, string>(0)) { }
    }

    /// <summary>Something is said to the port, and what is answered read to its end.</summary>
    /// <param name="Say">A secret in it is welcome.</param>
    public sealed record Tcp(string Port, string Say) : LookWay;

    /// <summary>What a program writes, run in the task's sandbox as the task's user; it must end with 0.</summary>
    /// <param name="Program">Absolute path.</param>
    /// <param name="Secrets">Further variables of its environment.</param>
    public sealed record Command(string Program, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Secrets) : LookWay;
}

/// <summary>What one value of an answer says of activity.</summary>
/// <param name="Of">What is being done, in the plural where it is counted: <c>jobs</c>.</param>
public sealed record ActivitySign(SignKind Kind, string Of, SignPlace Place)
{
    /// <summary>Of <see cref="SignKind.Busy"/>: what is always there, such as the engine's own connection.</summary>
    public int Above { get; init; }
}

public enum SignKind
{
    /// <summary>More than <see cref="ActivitySign.Above"/> is work that is being done now.</summary>
    Busy,

    /// <summary>Whenever it is another number than before, there was activity.</summary>
    Count,

    /// <summary>When the last activity was: ISO 8601, or seconds since 1970. JSON's null: never.</summary>
    Time,

    /// <summary>Something that the engine says of itself, under the name that <see cref="ActivitySign.Of"/> is; no evidence of activity.</summary>
    Fact,
}

/// <summary>Where in an answer a value stands.</summary>
public abstract record SignPlace
{
    private SignPlace() { }

    /// <summary>In JSON; of a list or an object the value is the number of its members.</summary>
    public sealed record Json(string Path) : SignPlace;

    /// <summary>A regular expression: the sum of all that its first group matches, or, without a group, the number of matches.</summary>
    public sealed record Match(string Expression) : SignPlace;
}
