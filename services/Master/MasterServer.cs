using System.Net;
using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Hosting.Credentials;
using DataPlatform.Services.Hosting.Files;
using DataPlatform.Services.Hosting.Serving;
using DataPlatform.Services.Hosting.Settings;
using DataPlatform.Services.Master.Endpoints;
using DataPlatform.Services.Master.Security;
using DataPlatform.Services.Master.Settings;
using DataPlatform.Services.Master.Streams;
using DataPlatform.Services.Master.Writing;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace DataPlatform.Services.Master;

/// <summary>The master's process: listens, recovers, serves, stops.</summary>
internal static class MasterServer
{
    public static async Task<int> RunAsync(MasterSettings settings)
    {
        var credentials = settings.CredentialsFile is { } file ? CredentialFile.ReadMany("credentials", file) : null;
        if (credentials is null && !IPAddress.IsLoopback(settings.Ip))
            throw new SettingsException($"--ip {settings.Ip} is no loopback address: give --credentials, for without them anyone who reaches it may do anything");
        settings = settings with { Pool = settings.Pool with { Access = AccessFile.Read(settings.AccessFile, credentials is not null) } };
        WorkDirectory.Create("work-dir", settings.WorkDirectory);

        await using var journal = MasterJournal.Open(settings.WorkDirectory);
        var app = Build(settings);
        MasterRuntime? master = null;
        Route(app, settings, new Callers(credentials), () => master);
        var log = app.Services.GetRequiredService<ILogger<MasterRuntime>>();
        await app.StartAsync();
        var port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;

        var info = Describe(settings, port);
        var time = TimeProvider.System;
        var state = new PoolState(info, settings.Pool, time.GetUtcNow());
        var streams = new StreamTable();
        await journal.RecoverAsync(state);
        var writer = new PoolWriter(state, streams, time, journal, app.Services.GetRequiredService<ILogger<PoolWriter>>());
        await using var running = new MasterRuntime(writer, streams, settings.Pool, time, log);
        var failure = default(Exception);
        running.Start(error =>
        {
            failure = error;
            app.Lifetime.StopApplication();
        });
        master = running;
        app.Lifetime.ApplicationStopping.Register(() => running.StopAsync().GetAwaiter().GetResult());

        var endpoint = $"http://{info.Address.Ip}:{port}";
        EndpointFile.Write(settings.WorkDirectory, endpoint);
        log.LogInformation(
            "listening on {Endpoint} as master {Id}, authentication {Authentication}, {Frameworks} frameworks and {Agents} agents remembered",
            endpoint, info.Id, credentials is null ? "off" : "on", state.Frameworks.Count, state.RecoveredAgents.Count);
        await app.WaitForShutdownAsync();
        await app.DisposeAsync();
        EndpointFile.Remove(settings.WorkDirectory);
        return failure is null ? 0 : 1;
    }

    private static WebApplication Build(MasterSettings settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.ListenOn(settings.Ip, settings.Port, Bodies.LargestBody);
        builder.Logging.ToConsole();
        return builder.Build();
    }

    private static void Route(WebApplication app, MasterSettings settings, Callers callers, Func<MasterRuntime?> running)
    {
        void Map(string path, Func<MasterRuntime, HttpContext, Task> handle)
        {
            foreach (var prefix in new[] { "", "/master" })
            {
                app.Map(prefix + path, context => running() is { } master
                    ? handle(master, context)
                    : Answers.RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "The master is still recovering; try again"));
            }
        }

        Map("/api/v1/scheduler", (master, context) => new SchedulerEndpoint(master, callers).HandleAsync(context));
        Map("/api/v1/agent-link", (master, context) => new AgentLinkEndpoint(master, callers).HandleAsync(context));
        Map("/api/v1", (master, context) => new OperatorEndpoint(master, callers, settings).HandleAsync(context));
        Map("/health", (master, context) => new PlainEndpoints(master, callers, settings.Pool.Access).HealthAsync(context));
        Map("/version", (master, context) => new PlainEndpoints(master, callers, settings.Pool.Access).VersionAsync(context));
        Map("/metrics", (master, context) => new PlainEndpoints(master, callers, settings.Pool.Access).PrometheusAsync(context));
        Map("/metrics/snapshot", (master, context) => new PlainEndpoints(master, callers, settings.Pool.Access).SnapshotAsync(context));
        app.MapFallback(context => Answers.RefuseAsync(context, StatusCodes.Status404NotFound,
            "Nothing is here; the scheduler API is at /api/v1/scheduler, the operator API at /api/v1"));
    }

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
        };
    }
}
