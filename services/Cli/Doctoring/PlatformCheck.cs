using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli.Output;

namespace DataPlatform.Services.Cli.Doctoring;

/// <summary>Whether the platform that this machine is set up for can be used from here.</summary>
public static class PlatformCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MostSkew = TimeSpan.FromSeconds(10);

    /// <summary>One after the other; what can't be asked without the one before is left out.</summary>
    public static async IAsyncEnumerable<Finding> RunAsync(Surroundings surroundings)
    {
        var (client, finding) = Configuration(surroundings);
        yield return finding;
        if (client is null) yield break;
        using (client)
        {
            var health = await AskAsync(() => client.HealthAsync());
            yield return health.Answer is { } answer ? Serving(client.Address, answer) : Finding.Ill("control plane", health.Problem!, $"Start it, or correct the address in {surroundings.ConfigurationFile}.");
            if (health.Answer is not { } told) yield break;
            if (told.Date is { } date) yield return Clock(surroundings.Time.GetUtcNow() - date);
            var tokens = await AskAsync(() => client.TokensAsync());
            yield return tokens.Answer is { } list ? Token(list, surroundings.Time.GetUtcNow())
                : Finding.Ill("token", tokens.Problem!, $"Put a token that it knows into {surroundings.ConfigurationFile}: 'dp tokens create NAME' makes one where dp is let in.");
            if (tokens.Answer is null) yield break;
            var pool = await AskAsync(() => client.PoolAsync());
            yield return pool.Answer is { } seen ? Finding.Well("master", seen.MasterUrl) : Finding.Ill("master", pool.Problem!, "Start a master, or give the control plane another (--master).");
            if (pool.Answer is { } hosts) yield return Agents(hosts);
        }
    }

    private static (ControlPlaneClient? Client, Finding Finding) Configuration(Surroundings surroundings)
    {
        try
        {
            var client = surroundings.Connect(Patience);
            return (client, Finding.Well("configuration", $"{surroundings.ConfigurationFile} names {client.Address.Url}"));
        }
        catch (UnreachableException unknown)
        {
            return (null, Finding.Ill("configuration", unknown.Message, "'dp quickstart' starts a platform here; DP_CONFIG=FILE uses another."));
        }
    }

    private static Finding Serving(ControlPlaneAddress address, HealthView health) => health switch
    {
        { Serves: false } => Finding.Ill("control plane", health.Text, "Its log says more."),
        { Text: "ok" } => Finding.Well("control plane", $"{address.Url} answers and leads"),
        _ => Finding.Well("control plane", $"{address.Url} answers: {health.Text}"),
    };

    private static Finding Clock(TimeSpan ahead)
    {
        var found = $"{DurationText.Short(ahead.Duration())} {(ahead < TimeSpan.Zero ? "behind" : "ahead of")} the control plane's";
        return ahead.Duration() <= MostSkew ? Finding.Well("clock", found) : Finding.Ill("clock", found, "Set it: timedatectl set-ntp true.");
    }

    private static Finding Token(IReadOnlyList<TokenView> tokens, DateTimeOffset now) => tokens.FirstOrDefault(token => token.Asks) is { } own
        ? Finding.Well("token", $"{own.Name} of {own.Principal}, valid until {Words.Moment(own.ExpiresAt)} ({DurationText.Short(own.ExpiresAt - now)})")
        : Finding.Well("token", "lets in");

    private static Finding Agents(PoolView pool)
    {
        var away = pool.Hosts.Where(host => !host.Active).Select(host => $"{host.Host}:{host.Port}").ToList();
        var found = $"{pool.Hosts.Count - away.Count} connected{(away.Count > 0 ? $", away: {string.Join(", ", away)}" : "")}";
        return pool.Hosts.Count == 0 ? Finding.Ill("agents", found, "Start one: dp agent --master URL (dp agent --help).")
            : away.Count > 0 ? Finding.Ill("agents", found, "See that the agents there run and reach the master.") : Finding.Well("agents", found);
    }

    private static async Task<(T? Answer, string? Problem)> AskAsync<T>(Func<Task<T>> ask) where T : class
    {
        try
        {
            return (await ask(), null);
        }
        catch (Exception error) when (error is UnreachableException or RefusedException)
        {
            return (null, error.Message);
        }
    }
}
