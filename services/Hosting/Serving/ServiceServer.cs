using System.Net;
using DataPlatform.Services.Hosting.Security;
using DataPlatform.Services.Hosting.Serving.Connections;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Hosting.Serving;

/// <summary>What the servers of all services have in common: one listener within bounds, one form of the log, a short end.</summary>
public static class ServiceServer
{
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);

    /// <summary>In bytes a second: together with the largest body it bounds the time of one.</summary>
    private const double SlowestBody = 16 * 1024;

    /// <summary>Says nothing above a request's start and end; whoever listens to it pays with an activity for each request.</summary>
    private const string Unheard = "Microsoft.AspNetCore.Hosting.Diagnostics";

    /// <summary>
    /// To build a server with. Left alone, the framework watches every folder below its root for the sake of settings that it reads
    /// again, and pays for each that tasks make there.
    /// </summary>
    public static WebApplicationBuilder NewBuilder(string root) =>
        WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = root, Args = ["--hostBuilder:reloadConfigOnChange=false"] });

    public static void ListenOn(this WebApplicationBuilder builder, Listener listener)
    {
        var book = new VisitorBook(ConnectionLimits.From(DescriptorLimit.Read(), listener.ConnectionShare), TimeProvider.System);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = listener.LargestBody;
            kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(SlowestBody, HeadersTimeout);
            kestrel.Listen(listener.Address, listener.Port, listen => Speak(listen, HttpProtocols.Http1));
            if (listener.Side is { } side)
            {
                kestrel.Listen(listener.Address, side.Wanted, listen =>
                {
                    side.Bind(listen);
                    Speak(listen, HttpProtocols.Http1);
                });
            }

            if (listener.Http2Port is { } port)
                kestrel.Listen(listener.Address, port, listen => Speak(listen, HttpProtocols.Http2));
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        builder.Services.AddSingleton(book).AddSingleton<SocketTransportFactory>().AddSingleton<IConnectionListenerFactory, BoundedListenerFactory>();
        builder.Services.AddHostedService<ConnectionWatch>();
        builder.Services.AddSingleton(_ => new FailedLogins(TimeProvider.System)).AddHostedService<FailedLoginReport>();
        builder.Services.AddSingleton<IStartupFilter>(new FrontDoor(listener.Names));
    }

    /// <summary>One protocol a port: without TLS a connection has no way to choose.</summary>
    private static void Speak(ListenOptions listen, HttpProtocols protocol)
    {
        listen.Protocols = protocol;
        listen.Use(next => async connection =>
        {
            try
            {
                await next(connection);
            }
            finally
            {
                connection.Features.Get<Visitor>()?.Leave();
            }
        });
    }

    /// <summary>Says that who calls over this connection has shown who he is: it makes room for nobody from then on.</summary>
    public static void WelcomeConnection(this HttpContext context) => context.Features.Get<Visitor>()?.Welcome();

    /// <summary>Whether who calls is a process of this process's own user, or of root, on this machine. Looked up once a connection.</summary>
    public static bool IsOfOwnUser(this HttpContext context)
    {
        if (context.Features.Get<Visitor>() is { IsOfOwnUser: { } known })
            return known;
        var connection = context.Connection;
        var own = connection is { RemoteIpAddress: { } from, LocalIpAddress: { } to }
            && LocalPeer.IsOwn(new IPEndPoint(from, connection.RemotePort), new IPEndPoint(to, connection.LocalPort));
        if (context.Features.Get<Visitor>() is { } visitor)
            visitor.IsOfOwnUser = own;
        return own;
    }

    /// <summary>One line an entry, with UTC time; of the framework only what is wrong.</summary>
    public static ILoggingBuilder ToConsole(this ILoggingBuilder logging) => logging.ClearProviders().AddFilter("Microsoft", LogLevel.Warning).AddFilter(Unheard, LogLevel.None).AddSimpleConsole(console =>
    {
        console.SingleLine = true;
        console.UseUtcTimestamp = true;
        console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
    });

    /// <summary>As much as the level says at the moment.</summary>
    public static ILoggingBuilder ToConsole(this ILoggingBuilder logging, LoggingLevel level) =>
        logging.ToConsole().SetMinimumLevel(LogLevel.Trace).AddFilter(null, level.Allows);
}

/// <summary>Where a service listens, and within what bounds.</summary>
/// <param name="Port">0 takes a free one.</param>
/// <param name="LargestBody">In bytes, of one request.</param>
/// <param name="Names">Under which it answers, and whose pages may call; null where the service itself looks after that.</param>
/// <param name="ConnectionShare">The part of this process's descriptors, beyond a reserve, that may go to connections.</param>
public sealed record Listener(IPAddress Address, int Port, long LargestBody, HostNames? Names, double ConnectionShare)
{
    /// <summary>Speaks HTTP/2 alone, without TLS and without being asked first; null for none.</summary>
    public int? Http2Port { get; init; }

    public SidePort? Side { get; init; }
}
