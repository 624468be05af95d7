using DataPlatform.Core.Client.Administration;
using DataPlatform.Core.Client.Scheduler;
using DataPlatform.Core.Tests.Journal;
using DataPlatform.Integration.Tests.Platform;
using Npgsql;

namespace DataPlatform.Integration.Tests.Networks;

/// <summary>
/// PostgreSQL, three masters, three agents, a framework and an operator, each on a host of its own. One for all tests that cut its network:
/// they heal it, and the tasks that run on each agent live through all of them.
/// </summary>
public sealed class NetworkedPool : IAsyncLifetime
{
    internal const int PingSeconds = 1;
    internal const int PingMisses = 4;

    /// <summary>From the last answer of an agent until it is given up, and some.</summary>
    internal static readonly TimeSpan UntilUnreachable = TimeSpan.FromSeconds((PingSeconds * (PingMisses + 1)) + 20);

    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("dp-network-");
    private readonly List<IAsyncDisposable> running = [];
    private readonly PlatformCredentials credentials;
    private HttpClient? http;
    private PostgresServer? postgres;

    public NetworkedPool()
    {
        WhyNot = Networks.Network.WhyNot();
        credentials = new PlatformCredentials(root.FullName);
    }

    /// <summary>Why there is none; null when it runs.</summary>
    public string? WhyNot { get; private set; }

    internal Network Network { get; private set; } = null!;

    internal NetworkHost Database { get; private set; } = null!;

    internal NetworkHost Scheduler { get; private set; } = null!;

    internal NetworkHost Operator { get; private set; } = null!;

    internal IReadOnlyList<MasterHost> Masters { get; private set; } = [];

    /// <summary>By their ids.</summary>
    internal Dictionary<string, (NetworkHost Host, ServiceProcess Process)> Agents { get; } = [];

    internal LeaseWatch Lease { get; private set; } = null!;

    /// <summary>Holds no offer unless a test asks it to.</summary>
    internal TestFramework Framework { get; private set; } = null!;

    internal LastingTasks Tasks { get; private set; } = null!;

    internal PlatformCredentials Credentials => credentials;

    internal string Shared => Path.Combine(root.FullName, "shared");

    public async ValueTask InitializeAsync()
    {
        if (WhyNot is not null) return;
        Network = new Network();
        Database = Network.AddHost("database", 1);
        Operator = Network.AddHost("operator", 2);
        Scheduler = Network.AddHost("framework", 3);
        postgres = new PostgresServer(Database.Enter, Database.Address);
        WhyNot = postgres.WhyNot;
        if (WhyNot is not null) return;
        File.SetUnixFileMode(Directory.CreateDirectory(Shared).FullName, (UnixFileMode)0x1FF);
        http = new HttpClient(Operator.Http());
        var database = await postgres.CreateAsync();
        Masters = [.. Enumerable.Range(1, 3).Select(number => Master(number, new NpgsqlConnectionStringBuilder(database.ConnectionString).Database!))];
        try
        {
            await StartAsync(database);
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"the pool does not start:\n{Logs()}", error);
        }
    }

    private async Task StartAsync(NpgsqlDataSource database)
    {
        await Task.WhenAll(Masters.Select(master => master.Process.StartAsync()));
        await LeaderAsync();
        running.Add(Lease = new LeaseWatch(database));
        for (var number = 1; number <= 3; number++) await AddAgentAsync(number);
        running.Add(Framework = NewFramework("tests"));
        await Framework.SubscribeAsync();
        Tasks = await LastingTasks.StartAsync(Shared, Framework, Agents.Keys);
        Framework.DeclinesAll = true;
    }

    /// <summary>The master that says it leads.</summary>
    internal async Task<MasterHost> LeaderAsync(MasterHost? except = null)
    {
        MasterHost? found = null;
        await Eventually.HoldsAsync(async () =>
        {
            foreach (var master in Masters.Where(master => master != except))
                if (await master.HealthAsync() == "leading") found = master;
            return found is not null;
        }, "a leader", Logs);
        return found!;
    }

    /// <summary>A leader, followers that know it, and all agents and the framework with it.</summary>
    internal async Task<MasterHost> WholeAsync()
    {
        Network.Heal();
        MasterHost leader = null!;
        await Eventually.HoldsAsync(async () =>
        {
            leader = await LeaderAsync();
            foreach (var follower in Masters.Where(master => master != leader))
                if (await follower.HealthAsync() != $"following {leader.Authority}") return false;
            return await ActiveAgentsAsync(leader) == Agents.Count;
        }, "the pool to be whole", Logs, TimeSpan.FromSeconds(60));
        return leader;
    }

    internal async Task<int> ActiveAgentsAsync(MasterHost master)
    {
        using var client = Administration(master);
        return (await client.GetAgentsAsync(CancellationToken.None)).Agents.Count(agent => agent.Active);
    }

    internal MasterOperatorClient Administration(MasterHost master) => new(master.Address, credentials.Operators, Operator.Http());

    /// <summary>As a framework's author gets it: with the client's usual patience.</summary>
    internal TestFramework NewFramework(string role, params MasterHost[] only)
    {
        var masters = (only.Length > 0 ? only : Masters).Select(master => master.Address).ToArray();
        return new TestFramework(new SchedulerClientSettings(masters[0], credentials.Frameworks) { OtherMasters = masters[1..] }, role, Scheduler.Http());
    }

    internal string Logs() => string.Join("\n\n", Masters.Select(master => $"{master.Authority}:\n{master.Process.Log}").Concat(Agents.Values.Select(agent => $"{agent.Host.Address}:\n{agent.Process.Log}")));

    public async ValueTask DisposeAsync()
    {
        if (Masters.Count > 0) Network.Heal();
        try
        {
            foreach (var part in Enumerable.Reverse(running)) await part.DisposeAsync();
        }
        finally
        {
            http?.Dispose();
            postgres?.Dispose();
            Network?.Dispose();
            root.Delete(recursive: true);
        }
    }

    private MasterHost Master(int number, string database)
    {
        var host = Network.AddHost($"master{number}", 10 + number);
        var process = new ServiceProcess("dp-master", "DataPlatform.Services.Master", Path.Combine(root.FullName, $"master-{number}"),
        [
            "--ip", host.Address, "--port", $"{MasterHost.Port}", "--credentials", credentials.AllFile, "--acls", credentials.AccessFile,
            "--journal", $"postgres://dp@{Database.Address}/{database}", "--journal-lease", "4secs",
            "--agent-ping-timeout", $"{PingSeconds}secs", "--max-agent-ping-timeouts", $"{PingMisses}",
        ]) { Enter = host.Enter };
        running.Add(process);
        return new MasterHost(host, process, http!);
    }

    private async Task AddAgentAsync(int number)
    {
        var host = Network.AddHost($"agent{number}", 20 + number);
        var agent = new ServiceProcess("dp-agent", "DataPlatform.Services.Agent", Path.Combine(root.FullName, $"agent-{number}"),
        [
            "--master", string.Join(',', Masters.Select(master => master.Address)), "--ip", host.Address, "--port", "5051",
            "--credential", credentials.AgentFile, "--http-credentials", credentials.AgentCallersFile, "--acls", credentials.AccessFile,
            "--resources", "cpus:4;mem:8192;disk:20480;ports:[31000-31099]", "--task-folders", Shared,
            "--cgroups-root", host.Name, "--stop-tasks-on-exit",
        ]) { Enter = host.Enter };
        running.Add(agent);
        await agent.StartAsync();
        using var client = Administration(await LeaderAsync());
        await Eventually.HoldsAsync(async () =>
        {
            var joined = (await client.GetAgentsAsync(CancellationToken.None)).Agents.FirstOrDefault(known => known.Active && !Agents.ContainsKey(known.AgentInfo.Id.Value));
            if (joined is not null) Agents[joined.AgentInfo.Id.Value] = (host, agent);
            return joined is not null;
        }, $"agent {number} to join", () => agent.Log);
    }
}

/// <summary>Those tests run one after another.</summary>
[CollectionDefinition(nameof(NetworkedPool))]
public sealed class NetworkedPoolCollection : ICollectionFixture<NetworkedPool>;
