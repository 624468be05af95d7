namespace DataPlatform.Core.Pool;

/// <summary>What the caller of a command is told at once; everything else travels as events on its stream.</summary>
public abstract record PoolOutcome
{
    private PoolOutcome()
    {
    }

    /// <summary>Taken; what comes of it is seen on the stream (202).</summary>
    public sealed record Accepted : PoolOutcome;

    /// <summary>Done, nothing more will follow (200).</summary>
    public sealed record Done : PoolOutcome;

    /// <summary>Nothing was changed. <paramref name="Message"/> says what was wrong and what is allowed.</summary>
    public sealed record Refused(RefusalKind Kind, string Message) : PoolOutcome;

    public static PoolOutcome Ok { get; } = new Done();

    public static PoolOutcome Taken { get; } = new Accepted();

    public static PoolOutcome Invalid(string message) => new Refused(RefusalKind.Invalid, message);
}

public enum RefusalKind
{
    /// <summary>The call makes no sense (400).</summary>
    Invalid,

    /// <summary>The caller may not do this now (403).</summary>
    Forbidden,

    /// <summary>What the call names does not exist (404).</summary>
    NotFound,

    /// <summary>It can't be done as things are (409).</summary>
    Conflict,

    /// <summary>The caller asks for more than its share; trying again later helps (429).</summary>
    TooMany,

    /// <summary>It could not be made durable, so it did not happen; trying again may help (503).</summary>
    Unavailable,
}
