using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace DataPlatform.Services.Hosting.Serving;

/// <summary>A second port of a service, whose requests it tells from those of the first.</summary>
/// <param name="wanted">0 takes a free one.</param>
public sealed class SidePort(int wanted)
{
    private ListenOptions? bound;

    public int Wanted => wanted;

    /// <summary>The one it got, once the service listens.</summary>
    public int Port => bound?.IPEndPoint?.Port ?? wanted;

    public bool Took(HttpContext context) => context.Features.Get<SidePort>() == this;

    internal void Bind(ListenOptions listen)
    {
        bound = listen;
        listen.Use(next => connection =>
        {
            connection.Features.Set(this);
            return next(connection);
        });
    }
}
