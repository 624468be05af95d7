using DataPlatform.Services.Agent.Configuration;
using DataPlatform.Services.Agent.Executors;
using DataPlatform.Services.Agent.Serving.Authentication;
using DataPlatform.Services.Agent.Serving.Older;
using DataPlatform.Services.Hosting.Security;
using DataPlatform.Services.Hosting.Serving;
using DataPlatform.Services.Hosting.Serving.Connections;

namespace DataPlatform.Services.Agent.Serving;

/// <summary>The agent's own HTTP side.</summary>
internal static class HttpServer
{
    /// <summary>Few call an agent, and its tasks need descriptors too.</summary>
    private const double ConnectionShare = 0.25;

    /// <summary>What clients that were made with libprocess put before each path.</summary>
    public const string OlderPrefix = "/slave(1)";

    /// <param name="descriptors">So many may be open in this process.</param>
    public static int MostConnections(long descriptors) => ConnectionLimits.From(descriptors, ConnectionShare).Most;

    public static WebApplication Build(AgentOptions options, LoggingLevel logging)
    {
        var builder = ServiceServer.NewBuilder(options.WorkDirectory);
        builder.Logging.ToConsole(logging);
        builder.ListenOn(new Listener(
            options.Address, options.Port, OperatorApi.LongestBody, new HostNames(options.Address, [options.HostName, .. options.AllowedHosts]), ConnectionShare));
        return builder.Build();
    }

    public static void Map(WebApplication app, AgentOptions options, OperatorApi api, ExecutorEndpoint executors, OlderEndpoints older, SandboxEndpoints sandboxes)
    {
        var authentication = new AuthenticatedCalls(new Callers(new BasicGate(options.HttpCredentials, app.Services.GetRequiredService<FailedLogins>())));
        app.Use(next => context => authentication.InvokeAsync(context, next));
        foreach (var prefix in (string[])["", OlderPrefix])
        {
            app.MapPost(prefix + "/api/v1", (RequestDelegate)api.HandleAsync);
            app.MapPost(prefix + ExecutorEndpoint.Path, (RequestDelegate)executors.HandleAsync);
            older.Map(app, prefix);
            sandboxes.Map(app, prefix);
        }
    }
}
