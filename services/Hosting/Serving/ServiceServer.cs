using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Hosting.Serving;

/// <summary>What the servers of all services have in common: one listener, one form of the log, a short end.</summary>
public static class ServiceServer
{
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);

    /// <param name="largestBody">In bytes; null where each endpoint bounds its own.</param>
    public static void ListenOn(this WebApplicationBuilder builder, IPAddress address, int port, long? largestBody)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = largestBody;
            kestrel.Listen(address, port, listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
    }

    /// <summary>One line an entry, with UTC time; of the framework only what is wrong.</summary>
    public static ILoggingBuilder ToConsole(this ILoggingBuilder logging) => logging.ClearProviders().AddFilter("Microsoft", LogLevel.Warning).AddSimpleConsole(console =>
    {
        console.SingleLine = true;
        console.UseUtcTimestamp = true;
        console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
    });
}
