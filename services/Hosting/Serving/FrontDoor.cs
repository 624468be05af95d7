using DataPlatform.Services.Hosting.Security;
using DataPlatform.Services.Hosting.Serving.Connections;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace DataPlatform.Services.Hosting.Serving;

/// <summary>What every request passes before anything else looks at it.</summary>
internal sealed class FrontDoor(HostNames? names) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(CountAsync);
        if (names is not null)
            app.Use((context, following) => CheckAsync(names, context, following));
        next(app);
    };

    private static async Task CountAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<Visitor>() is not { } visitor)
        {
            await next(context);
            return;
        }

        visitor.Begin();
        try
        {
            await next(context);
        }
        finally
        {
            visitor.End();
        }
    }

    private static Task CheckAsync(HostNames names, HttpContext context, RequestDelegate next)
    {
        if (!names.Allow(context.Request.Host.Host))
            return Refusal.WriteAsync(context, StatusCodes.Status421MisdirectedRequest,
                $"Host '{context.Request.Host.Host}' is no name of this service; allowed are {names}, and what --allowed-hosts adds");
        var origin = context.Request.Headers.Origin.ToString();
        if (!names.AllowOrigin(origin))
            return Refusal.WriteAsync(context, StatusCodes.Status403Forbidden,
                $"Origin '{origin}' is another site; pages of {names} may call, and of what --allowed-hosts adds");
        return next(context);
    }
}
