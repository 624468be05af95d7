using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Tests.ControlPlane;

/// <summary>Something over HTTP that stands in for an engine, on a free port of this process.</summary>
public static class LocalServer
{
    /// <param name="map">What it answers.</param>
    public static async Task<WebApplication> StartAsync(Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        map(app);
        await app.StartAsync();
        return app;
    }
}
