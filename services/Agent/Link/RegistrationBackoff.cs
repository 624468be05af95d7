namespace DataPlatform.Services.Agent.Link;

/// <summary>How long to wait before joining a master again: twice as long each time, with chance, so that agents do not come all at once.</summary>
public sealed class RegistrationBackoff
{
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>Of a master that answers and does not lead yet: the next leader may be there at any moment.</summary>
    public static readonly TimeSpan LongestUntilOneLeads = TimeSpan.FromSeconds(4);

    private readonly TimeSpan first;
    private readonly Random random;
    private TimeSpan current;

    public RegistrationBackoff(TimeSpan first, Random random)
    {
        this.first = first;
        this.random = random;
        current = first;
    }

    /// <summary>At least half of the step, at most all of it.</summary>
    public TimeSpan Next(bool someoneWillLead = false)
    {
        if (someoneWillLead && current > LongestUntilOneLeads)
            current = LongestUntilOneLeads;
        var wait = current * (0.5 + (random.NextDouble() / 2));
        current = current * 2 < Longest ? current * 2 : Longest;
        return wait;
    }

    public void Reset() => current = first;
}
