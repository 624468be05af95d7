namespace DataPlatform.Core.Pool;

/// <summary>One rule of an action. It decides for those whom both of its sides are about.</summary>
public sealed record AccessRule(AccessEntity Principals, AccessEntity Objects);

/// <summary>
/// Who may do what to what. The first rule of an action that is about both caller and object decides: it allows, unless
/// one of its sides is NONE. What no rule is about is refused, unless the rules are permissive.
/// </summary>
public sealed class AccessRules(IReadOnlyDictionary<AccessAction, IReadOnlyList<AccessRule>> rules, bool permissive = false)
{
    /// <summary>Refuses everything.</summary>
    public static AccessRules Nobody { get; } = new(new Dictionary<AccessAction, IReadOnlyList<AccessRule>>());

    /// <summary>Allows everything: for where who may call may do all.</summary>
    public static AccessRules Everybody { get; } = new(new Dictionary<AccessAction, IReadOnlyList<AccessRule>>(), permissive: true);

    internal bool IsPermissive => permissive;

    internal IReadOnlyDictionary<AccessAction, IReadOnlyList<AccessRule>> ByAction => rules;

    /// <summary>Why the caller may not do this, or null.</summary>
    /// <param name="subject">What it is done to; null for what has no name or all at once.</param>
    public string? WhyNot(Caller caller, AccessAction action, string? subject) =>
        caller is Caller.Itself ? null : WhyNot(caller.Principal, action, subject);

    /// <inheritdoc cref="WhyNot(Caller, AccessAction, string?)"/>
    /// <param name="principal">Null for one without a name.</param>
    public string? WhyNot(string? principal, AccessAction action, string? subject) =>
        Allows(principal, action, subject) ? null : Refusal(principal, action, subject);

    /// <summary>Whether the caller may do this to everything there is.</summary>
    public bool AllowsAll(Caller caller, AccessAction action)
    {
        if (caller is Caller.Itself)
            return true;
        foreach (var rule in RulesOf(action))
        {
            if (!rule.Principals.IsAbout(caller.Principal))
                continue;
            if (rule.Principals is AccessEntity.None || rule.Objects is AccessEntity.None)
                return false;
            if (rule.Objects is AccessEntity.Any)
                return true;
        }

        return permissive;
    }

    /// <summary>Why the caller may do this to nothing at all, or null.</summary>
    public string? WhyNotAny(Caller caller, AccessAction action)
    {
        if (caller is Caller.Itself)
            return null;
        foreach (var rule in RulesOf(action))
        {
            if (!rule.Principals.IsAbout(caller.Principal))
                continue;
            if (rule.Principals is not AccessEntity.None && rule.Objects is not AccessEntity.None)
                return null;
            if (rule.Objects is not AccessEntity.Some)
                return Refusal(caller.Principal, action, subject: null);
        }

        return permissive ? null : Refusal(caller.Principal, action, subject: null);
    }

    private bool Allows(string? principal, AccessAction action, string? subject)
    {
        foreach (var rule in RulesOf(action))
        {
            if (rule.Principals.IsAbout(principal) && rule.Objects.IsAbout(subject))
                return rule.Principals is not AccessEntity.None && rule.Objects is not AccessEntity.None;
        }

        return permissive;
    }

    private IReadOnlyList<AccessRule> RulesOf(AccessAction action) => rules.GetValueOrDefault(action) ?? [];

    private static string Refusal(string? principal, AccessAction action, string? subject)
    {
        var who = principal is null ? "A caller without a name" : $"Principal '{Names.Printable(principal)}'";
        var what = subject is null ? "" : $" for {action.Objects} '{Names.Printable(subject)}'";
        return $"{who} is not allowed to {action.Name}{what}; a rule under '{action.Name}' in the file of --acls allows it";
    }
}
