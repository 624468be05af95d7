namespace DataPlatform.Core.Pool;

/// <summary>REVIVE and SUPPRESS. No roles named means all; roles that the framework has not are passed over.</summary>
internal static class Reviving
{
    public static void Revive(Decision decision, PooledFramework framework, IReadOnlyCollection<string>? roles)
    {
        if (Meant(framework, roles) is { Count: > 0 } meant)
            decision.Happened(new PoolEvent.RolesRevived(framework.Id, meant));
    }

    public static void Suppress(Decision decision, PooledFramework framework, IReadOnlyCollection<string>? roles)
    {
        if (Meant(framework, roles) is { Count: > 0 } meant)
            decision.Happened(new PoolEvent.RolesSuppressed(framework.Id, meant));
    }

    private static List<string> Meant(PooledFramework framework, IReadOnlyCollection<string>? roles) =>
        roles is null or { Count: 0 } ? [.. framework.Roles] : [.. framework.Roles.Intersect(roles)];
}
