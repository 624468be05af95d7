namespace DataPlatform.Core.Pool;

/// <summary>Whom or what a rule is about.</summary>
public abstract record AccessEntity
{
    private const string Nested = "/%";

    private AccessEntity()
    {
    }

    /// <summary>Everyone and everything: allowed.</summary>
    public sealed record Any : AccessEntity;

    /// <summary>Everyone and everything: refused.</summary>
    public sealed record None : AccessEntity;

    /// <summary>Those named. A role that ends in <c>/%</c> stands for all roles nested in it.</summary>
    public sealed record Some(IReadOnlySet<string> Values) : AccessEntity;

    public static AccessEntity Everything { get; } = new Any();

    /// <summary>Whether a rule with this entity decides about the value; null is what has no name.</summary>
    internal bool IsAbout(string? value) => this is not Some some || (value is not null && some.Has(value));

    private bool Has(string value)
    {
        var values = ((Some)this).Values;
        if (values.Contains(value))
            return true;
        for (var slash = value.LastIndexOf('/'); slash > 0; slash = value.LastIndexOf('/', slash - 1))
        {
            if (values.Contains(value[..slash] + Nested))
                return true;
        }

        return false;
    }
}
