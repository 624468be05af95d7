using System.Globalization;
using System.Net;
using DataPlatform.Core.Client.Http;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Benchmarks.Fleet;

/// <summary>
/// The emulated agents as a process of their own: <c>fleet MASTER AGENTS [lasting] [shared=PORT]</c>, where lasting tasks run until they are killed, and
/// agents share the connections of their streams where the master has an HTTP/2 port for that. It writes its counters as a line ten times a second and
/// ends with its input; <c>hold N</c> on that makes every agent hold N running tasks from its next registration on.
/// </summary>
internal static class FleetCommand
{
    public const string Name = "fleet";
    public const string Lasting = "lasting";
    public const string Shared = "shared=";

    public const string AgentResources = "cpus:4;mem:8192;disk:10240;ports:[31000-31099]";

    private const string HeldResources = "cpus:0.1;mem:64";
    private const int HoldingFrameworks = 20;

    /// <summary>More at once only wait for each other.</summary>
    private const int RegisteringAtOnce = 64;

    private const int CallConnections = 64;

    public static async Task<int> RunAsync(string master, string agentCount, IReadOnlyList<string> further)
    {
        var (address, count) = (new Uri(master), int.Parse(agentCount, CultureInfo.InvariantCulture));
        var counters = new FleetCounters();
        var isLasting = further.Contains(Lasting);
        using var streams = further.FirstOrDefault(word => word.StartsWith(Shared, StringComparison.Ordinal)) is { } shared
            ? SharedClient(new UriBuilder(address) { Port = int.Parse(shared[Shared.Length..], CultureInfo.InvariantCulture) }.Uri)
            : Client(address, int.MaxValue);
        using var calls = Client(address, CallConnections);
        using var stop = new CancellationTokenSource();
        using var registering = new SemaphoreSlim(RegisteringAtOnce);
        IReadOnlyList<Resource> resources = [.. ResourceText.Parse(AgentResources).ToMessages()];
        var agents = Enumerable.Range(0, count).Select(number => new EmulatedAgent(number, resources, streams, calls, counters, isLasting)).ToList();
        var running = agents.Select(agent => agent.RunAsync(registering, stop.Token)).ToList();
        var telling = TellAsync(counters, stop.Token);
        while (await Console.In.ReadLineAsync(stop.Token) is { } line)
        {
            if (!line.StartsWith("hold ", StringComparison.Ordinal))
                continue;
            IReadOnlyList<Resource> held = [.. ResourceText.Parse(HeldResources).ToMessages()];
            FrameworkID[] frameworks = [.. Enumerable.Range(0, HoldingFrameworks).Select(number => new FrameworkID { Value = $"held-{number}" })];
            foreach (var agent in agents)
                agent.Hold(frameworks, int.Parse(line["hold ".Length..], CultureInfo.InvariantCulture), held);
            Console.WriteLine("held");
        }

        await stop.CancelAsync();
        await Task.WhenAll([.. running, telling]);
        return 0;
    }

    private static HttpClient Client(Uri master, int connections) => new(new FailedConnectionHandler(new SocketsHttpHandler
    {
        MaxConnectionsPerServer = connections, UseProxy = false, UseCookies = false, PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
    }))
    {
        BaseAddress = master, Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>As many streams a connection as the master allows, which is a hundred, then the next connection.</summary>
    private static HttpClient SharedClient(Uri master) => new(new FailedConnectionHandler(new SocketsHttpHandler
    {
        EnableMultipleHttp2Connections = true, UseProxy = false, UseCookies = false, PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
    }))
    {
        BaseAddress = master, Timeout = Timeout.InfiniteTimeSpan, DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private static async Task TellAsync(FleetCounters counters, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"counters {counters.Registrations} {counters.Launched} {counters.Finished} {counters.BrokenStreams} {counters.RefusedUpdates} {counters.LastFailure.ReplaceLineEndings(" ")}"));
            await Task.Delay(100, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
