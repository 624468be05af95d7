using DataPlatform.Services.Agent.Configuration;
using DataPlatform.Services.Agent.Serving.Authentication;
using DataPlatform.Services.Agent.Serving.Older;
using DataPlatform.Services.Hosting.Security;
using DataPlatform.Services.Hosting.Serving;

namespace DataPlatform.Services.Agent.Serving;

/// <summary>The agent's own HTTP side.</summary>
internal static class HttpServer
{
    /// <summary>Few call an agent, and its tasks need descriptors too.</summary>
    private const double ConnectionShare = 0.25;

    public static WebApplication Build(AgentOptions options, LoggingLevel logging)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = options.WorkDirectory });
        builder.Logging.ToConsole(logging);
        builder.ListenOn(new Listener(
            options.Address, options.Port, OperatorApi.LongestBody, new HostNames(options.Address, [options.HostName, .. options.AllowedHosts]), ConnectionShare));
        return builder.Build();
    }

    public static void Map(WebApplication app, AgentOptions options, OperatorApi api, OlderEndpoints older, SandboxEndpoints sandboxes)
    {
        var authentication = new AuthenticatedCalls(new Callers(new BasicGate(options.HttpCredentials, app.Services.GetRequiredService<FailedLogins>())));
        app.Use(next => context => authentication.InvokeAsync(context, next));
        foreach (var prefix in (string[])["", "/slave(1)"])
        {
            app.MapPost(prefix + "/api/v1", (RequestDelegate)api.HandleAsync);
            older.Map(app, prefix);
            sandboxes.Map(app, prefix);
        }
    }
}
