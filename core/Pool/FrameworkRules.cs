using System.Globalization;
using DataPlatform.Core.Allocation;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using Capability = DataPlatform.Core.Protocol.Mesos.FrameworkInfo.Types.Capability.Types.Type;

namespace DataPlatform.Core.Pool;

/// <summary>What may stand in a FrameworkInfo, and what it means.</summary>
public static class FrameworkRules
{
    private const string AnyRole = "*";

    /// <summary>A label of FrameworkInfo with a whole number: of those who borrowed, the lowest gives back first. 0 without it.</summary>
    public const string PriorityLabel = "dataplatform.priority";

    /// <summary>Longer than any framework lives, and still a time that can be added to another.</summary>
    private static readonly TimeSpan LongestFailover = TimeSpan.FromDays(3650);

    /// <summary>A framework that is not MULTI_ROLE and names no role has the role <c>*</c>: published clients rely on it.</summary>
    public static IReadOnlyList<string> RolesOf(FrameworkInfo info) => IsMultiRole(info) ? [.. info.Roles] : [info.HasRole ? info.Role : AnyRole];

    public static TimeSpan FailoverTimeout(FrameworkInfo info) => info.FailoverTimeout switch
    {
        double.NaN or <= 0 => TimeSpan.Zero,
        var seconds when seconds >= LongestFailover.TotalSeconds => LongestFailover,
        var seconds => TimeSpan.FromSeconds(seconds),
    };

    public static string? WhyNot(FrameworkInfo info, IEnumerable<string> suppressedRoles)
    {
        if (Names.WhyNotName("framework_info.name", info.Name) is { } name)
            return name;
        if (Names.WhyNotName("framework_info.user", info.User) is { } user)
            return user;
        if (IsMultiRole(info) && info.HasRole)
            return "framework_info.role is set although the framework is MULTI_ROLE; name all roles in framework_info.roles";
        if (!IsMultiRole(info) && info.Roles.Count > 0)
            return "framework_info.roles is set although the framework is not MULTI_ROLE; add the capability or use framework_info.role";
        var seen = new HashSet<string>();
        foreach (var role in RolesOf(info))
        {
            if (RoleName.WhyInvalid(role) is { } why)
                return why;
            if (!seen.Add(role))
                return $"role '{role}' is named twice";
        }

        return suppressedRoles.FirstOrDefault(role => !seen.Contains(role)) is { } stranger
            ? $"suppressed role '{Names.Printable(stranger)}' is none of the framework's roles"
            : WhyNotLeast(info, seen);
    }

    /// <summary>What the framework's capabilities and filters say to the allocator; the info has been checked.</summary>
    internal static FrameworkTraits TraitsOf(FrameworkInfo info)
    {
        var capabilities = info.Capabilities.Select(capability => capability.Type).ToHashSet();
        return new FrameworkTraits
        {
            TakesGpus = capabilities.Contains(Capability.GpuResources),
            TakesOtherRegions = capabilities.Contains(Capability.RegionAware),
            TakesRevocable = capabilities.Contains(Capability.RevocableResources),
            TakesShared = capabilities.Contains(Capability.SharedResources),
            TakesRefined = capabilities.Contains(Capability.ReservationRefinement),
            Priority = PriorityOf(info) ?? 0,
            LeastAllocatable = info.OfferFilters.Where(filter => filter.Value.MinAllocatableResources is not null).ToDictionary(
                filter => filter.Key,
                filter => (IReadOnlyList<ResourceQuantities>)[.. filter.Value.MinAllocatableResources.Quantities
                    .Select(least => ResourceMessages.TryReadQuantities(least.Quantities, out var amounts, out _) ? amounts : ResourceQuantities.Empty)]),
        };
    }

    /// <summary>Null for text that is no number.</summary>
    private static int? PriorityOf(FrameworkInfo info)
    {
        var text = info.Labels?.Labels_.FirstOrDefault(label => label.Key == PriorityLabel)?.Value ?? "0";
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var priority) ? priority : null;
    }

    private static string? WhyNotLeast(FrameworkInfo info, HashSet<string> roles)
    {
        if (PriorityOf(info) is null)
            return $"the label {PriorityLabel} of framework_info is no whole number";
        foreach (var (role, filter) in info.OfferFilters)
        {
            if (!roles.Contains(role))
                return $"framework_info.offer_filters has role '{Names.Printable(role)}', which is none of the framework's roles";
            foreach (var least in filter.MinAllocatableResources?.Quantities ?? [])
            {
                if (!ResourceMessages.TryReadQuantities(least.Quantities, out _, out var reason))
                    return $"framework_info.offer_filters of role '{role}': {reason}";
            }
        }

        return null;
    }

    private static bool IsMultiRole(FrameworkInfo info) =>
        info.Capabilities.Any(capability => capability.Type == Capability.MultiRole);
}
