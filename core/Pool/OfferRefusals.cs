using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>What frameworks said they do not want, and until when.</summary>
internal sealed class OfferRefusals
{
    private readonly Dictionary<(string Framework, string Role, string Agent), List<(ResourceBag Refused, DateTimeOffset Until)>> refusals = [];

    /// <summary>Hidden is what lies within something refused: more of anything is news.</summary>
    public bool Hides(string framework, string role, string agent, ResourceBag resources, DateTimeOffset now) =>
        refusals.TryGetValue((framework, role, agent), out var list)
        && list.Exists(refusal => refusal.Until > now && refusal.Refused.Contains(resources));

    public void Add(string framework, string role, string agent, ResourceBag resources, DateTimeOffset until)
    {
        if (!refusals.TryGetValue((framework, role, agent), out var list))
            refusals[(framework, role, agent)] = list = [];
        // A refusal that another one covers for longer says nothing.
        list.RemoveAll(old => old.Until <= until && resources.Contains(old.Refused));
        list.Add((resources, until));
    }

    public void ForgetFramework(string framework, Func<string, bool> role)
    {
        foreach (var key in refusals.Keys.Where(key => key.Framework == framework && role(key.Role)).ToList())
            refusals.Remove(key);
    }

    public void ForgetAgent(string agent)
    {
        foreach (var key in refusals.Keys.Where(key => key.Agent == agent).ToList())
            refusals.Remove(key);
    }

    public void ForgetExpired(DateTimeOffset now)
    {
        foreach (var (key, list) in refusals)
        {
            list.RemoveAll(refusal => refusal.Until <= now);
            if (list.Count == 0)
                refusals.Remove(key);
        }
    }
}
