using System.Net;
using DataPlatform.Core.Journal;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Hosting.Credentials;
using DataPlatform.Services.Hosting.Files;
using DataPlatform.Services.Hosting.Security;
using DataPlatform.Services.Hosting.Serving;
using DataPlatform.Services.Hosting.Settings;
using DataPlatform.Services.Master.Endpoints;
using DataPlatform.Services.Master.Endpoints.Older;
using DataPlatform.Services.Master.Leading;
using DataPlatform.Services.Master.Security;
using DataPlatform.Services.Master.Settings;
using DataPlatform.Services.Master.Writing;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Npgsql;

namespace DataPlatform.Services.Master;

/// <summary>The master's process: listens, recovers, serves, stops.</summary>
internal static class MasterServer
{
    private const double ConnectionShare = 0.75;

    public static async Task<int> RunAsync(MasterSettings settings)
    {
        var credentials = settings.CredentialsFile is { } file ? CredentialFile.ReadMany("credentials", file) : null;
        if (credentials is null && !IPAddress.IsLoopback(settings.Ip))
            throw new SettingsException($"--ip {settings.Ip} is no loopback address: give --credentials, for without them anyone who reaches it may do anything");
        settings = settings with { Pool = settings.Pool with { Access = AccessFile.Read(settings.AccessFile, credentials is not null, "credentials") } };
        WorkDirectory.Create("work-dir", settings.WorkDirectory);
        if (settings.Recording is { } recording)
            WorkDirectory.Create("record-dir", recording.Directory, AtomicFile.OwnerFolder);

        var logging = new LoggingLevel(TimeProvider.System);
        var app = Build(settings, logging);
        var logs = app.Services.GetRequiredService<ILoggerFactory>();
        await using var sole = settings.Journal.Database is null
            ? new SoleLeadership(new MasterJournal(
                SqliteJournal.Open(Path.Combine(settings.WorkDirectory, "master.journal"), settings.Journal.AcceptedLoss), logs.CreateLogger<MasterJournal>()))
            : null;
        MasterTerms? terms = null;
        Route(app, settings, new Callers(new BasicGate(credentials, app.Services.GetRequiredService<FailedLogins>())), logging, () => terms);
        var log = app.Services.GetRequiredService<ILogger<MasterTerms>>();
        await app.StartAsync();
        // In the order in which they were asked for.
        var ports = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address).Port).ToList();
        var port = ports[0];

        await using var shared = sole is null ? Share(settings, port, logs) : null;
        await using var running = new MasterTerms(sole ?? (Leadership)shared!, () => Describe(settings, port), settings.Pool, TimeProvider.System, logs, settings.Recording);
        var failure = default(Exception);
        await running.StartAsync(error =>
        {
            failure = error;
            // To stop is to wait for the end of what calls this.
            _ = Task.Run(app.Lifetime.StopApplication);
        });
        terms = running;
        app.Lifetime.ApplicationStopping.Register(() => running.StopAsync().GetAwaiter().GetResult());

        var endpoint = $"http://{Describe(settings, port).Address.Ip}:{port}";
        EndpointFile.TryWrite(settings.WorkDirectory, endpoint, log);
        log.LogInformation("listening on {Endpoint}, authentication {Authentication}", endpoint, credentials is null ? "off" : "on");
        if (settings.Http2Port is not null)
            log.LogInformation("listening for HTTP/2 on port {Port}", ports[1]);
        await app.WaitForShutdownAsync();
        await app.DisposeAsync();
        EndpointFile.Remove(settings.WorkDirectory);
        return failure is null ? 0 : 1;
    }

    private static LeaseLeadership Share(MasterSettings settings, int port, ILoggerFactory logs)
    {
        var self = Describe(settings, port).Address;
        return new LeaseLeadership(NpgsqlDataSource.Create(settings.Journal.Database!), $"{self.Hostname}:{port}", settings.Journal.Lease,
            TimeProvider.System, seed: Environment.ProcessId, logs);
    }

    private static WebApplication Build(MasterSettings settings, LoggingLevel logging)
    {
        var builder = ServiceServer.NewBuilder(AppContext.BaseDirectory);
        builder.ListenOn(new Listener(
            settings.Ip, settings.Port, Bodies.LargestBody, new HostNames(settings.Ip, [settings.Hostname, .. settings.AllowedHosts]), ConnectionShare)
        {
            Http2Port = settings.Http2Port,
        });
        builder.Logging.ToConsole(logging);
        return builder.Build();
    }

    private static void Route(WebApplication app, MasterSettings settings, Callers callers, LoggingLevel logging, Func<MasterTerms?> terms)
    {
        var shares = new Shares(settings.Shares, TimeProvider.System);
        var agentShares = new Shares(settings.AgentShares, TimeProvider.System);
        var messages = new MessageCounters();
        void Map(string path, Func<MasterRuntime, HttpContext, Task> handle)
        {
            foreach (var prefix in new[] { "", "/master" })
            {
                app.Map(prefix + path, context => terms()?.Current is { } master ? handle(master, context) : Answers.SendOnAsync(context, Condition(terms())));
            }
        }

        Map("/api/v1/scheduler", (master, context) => new SchedulerEndpoint(master, callers, settings.Pool.Limits, shares, messages).HandleAsync(context));
        Map("/api/v1/agent-link", (master, context) => new AgentLinkEndpoint(master, callers, agentShares, messages).HandleAsync(context));
        Map("/api/v1", (master, context) => new OperatorEndpoint(master, callers, settings, shares, () => Condition(terms()), messages) { LoggingLevel = logging }.HandleAsync(context));
        Map("/api/v1/pending", (master, context) => new PendingEndpoint(master, callers, settings.Pool.Access, shares).HandleAsync(context));
        Map("/version", (master, context) => new PlainEndpoints(master, callers, settings.Pool.Access, messages).VersionAsync(context));
        Map("/metrics", (master, context) => new PlainEndpoints(master, callers, settings.Pool.Access, messages).PrometheusAsync(context));
        Map("/metrics/snapshot", (master, context) => new PlainEndpoints(master, callers, settings.Pool.Access, messages).SnapshotAsync(context));
        foreach (var path in new[] { "/redirect", "/master/redirect" })
        {
            app.Map(path, context => Condition(terms()) switch
            {
                MasterCondition.Following(var leader) => Answers.SendToAsync(context, leader.Address),
                MasterCondition.Recovering recovering => Answers.SendOnAsync(context, recovering),
                _ => Answers.SendToAsync(context, context.Request.Host.Value ?? ""),
            });
        }

        foreach (var path in new[] { "/health", "/master/health" })
            app.Map(path, context => Answers.HealthAsync(context, Condition(terms())));
        foreach (var path in new[] { "/state", "/state.json" })
            Map(path, (master, context) => new OlderEndpoints(master, callers, settings).StateAsync(context));
        Map("/state-summary", (master, context) => new OlderEndpoints(master, callers, settings).SummaryAsync(context));
        Map("/slaves", (master, context) => new OlderEndpoints(master, callers, settings).AgentsAsync(context));
        Map("/frameworks", (master, context) => new OlderEndpoints(master, callers, settings).FrameworksAsync(context));
        Map("/tasks", (master, context) => new OlderEndpoints(master, callers, settings).TasksAsync(context));
        Map("/roles", (master, context) => new OlderEndpoints(master, callers, settings).RolesAsync(context));
        Map("/weights", (master, context) => new OlderEndpoints(master, callers, settings).WeightsAsync(context));
        Map("/quota", (master, context) => new OlderEndpoints(master, callers, settings).QuotaAsync(context));
        Map("/maintenance/schedule", (master, context) => new OlderMaintenance(master, callers, settings.Pool.Access, shares).ScheduleAsync(context));
        Map("/maintenance/status", (master, context) => new OlderMaintenance(master, callers, settings.Pool.Access, shares).StatusAsync(context));
        Map("/machine/down", (master, context) => new OlderMaintenance(master, callers, settings.Pool.Access, shares).DownAsync(context));
        Map("/machine/up", (master, context) => new OlderMaintenance(master, callers, settings.Pool.Access, shares).UpAsync(context));
        Map("/flags", (master, context) => new OlderEndpoints(master, callers, settings).FlagsAsync(context));
        app.MapFallback(context => Answers.RefuseAsync(context, StatusCodes.Status404NotFound,
            "Nothing is here; the scheduler API is at /api/v1/scheduler, the operator API at /api/v1"));
    }

    private static MasterCondition Condition(MasterTerms? terms) => terms?.Condition ?? new MasterCondition.Recovering(Reason: null);

    private static MasterInfo Describe(MasterSettings settings, int port)
    {
        var address = settings.Ip.Equals(IPAddress.Any) || settings.Ip.Equals(IPAddress.IPv6Any)
            ? Dns.GetHostAddresses(settings.Hostname ?? Dns.GetHostName()).FirstOrDefault(candidate => !IPAddress.IsLoopback(candidate)) ?? IPAddress.Loopback
            : settings.Ip;
        var hostname = settings.Hostname ?? address.ToString();
        return new MasterInfo
        {
            Id = Guid.NewGuid().ToString(),
            Ip = address.GetAddressBytes() is { Length: 4 } bytes ? BitConverter.ToUInt32(bytes) : 0,
            Port = (uint)port,
            Pid = $"master@{address}:{port}",
            Hostname = hostname,
            Version = MasterVersion.Text,
            Address = new Address { Hostname = hostname, Ip = address.ToString(), Port = port },
            // An agent may come back with other resources and attributes than before.
            Capabilities = { new MasterInfo.Types.Capability { Type = MasterInfo.Types.Capability.Types.Type.AgentUpdate } },
        };
    }
}
