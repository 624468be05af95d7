using System.Globalization;

namespace DataPlatform.Core.Pool.Recording;

/// <summary>Why an offer went to a framework: who else could have had it at that moment, and with what share.</summary>
internal static class OfferReasons
{
    private const int MostAsked = 200;
    private const int MostNamed = 3;

    /// <param name="state">As it is just before the offer is made.</param>
    public static string Of(PoolState state, PooledOffer offer, DateTimeOffset now)
    {
        var asked = state.Frameworks.Values.SelectMany(framework => framework.Roles.Select(role => (Framework: framework, Role: role)))
            .Where(client => client != (state.Frameworks[offer.FrameworkId], offer.Role)).OrderBy(client => client.Framework.Id, StringComparer.Ordinal).Take(MostAsked);
        var others = asked.Where(client => state.Allocator.WhyNot(client.Framework.Id, client.Role, offer.AgentId, now) is null)
            .Select(client => $"{client.Framework.Id} ({client.Role}, {Share(state, client.Framework.Id, client.Role)})").ToList();
        var rest = others.Count > MostNamed ? $" and {others.Count - MostNamed} more" : "";
        return Share(state, offer.FrameworkId, offer.Role)
            + (others.Count == 0 ? "; nobody else could have it" : $"; could have been of {string.Join(", ", others.Take(MostNamed))}{rest}");
    }

    /// <summary>The smallest comes first, role by role from above, then framework by framework.</summary>
    private static string Share(PoolState state, string frameworkId, string role) => string.Create(
        CultureInfo.InvariantCulture, $"share {state.Allocator.ShareOf(frameworkId, role):0.####}, of its role {state.Allocator.ShareOf(role):0.####}");
}
