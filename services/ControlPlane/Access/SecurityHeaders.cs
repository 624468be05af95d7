using DataPlatform.Services.ControlPlane.Proxy;

namespace DataPlatform.Services.ControlPlane.Access;

/// <summary>What browsers are told about every page of the console; engines' pages bring their own rules.</summary>
public static class SecurityHeaders
{
    // MudBlazor sets styles from code; scripts come from files of this origin only.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        + "connect-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'none'";

    // The API's reference page starts from a script within the page.
    private const string ReferencePolicy =
        "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        + "connect-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'none'";

    public static Task Invoke(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        if (!context.Request.Path.StartsWithSegments(PageEntrance.Root))
        {
            headers.ContentSecurityPolicy = context.Request.Path.StartsWithSegments("/docs") ? ReferencePolicy : Policy;
            headers.XFrameOptions = "DENY";
        }

        // Engines say themselves what browsers may keep: the console's word would have JupyterLab's scripts sent again for each page.
        if (!context.Request.Path.StartsWithSegments(PageEntrance.Root) && !context.Request.Path.StartsWithSegments("/_framework") && !context.Request.Path.StartsWithSegments("/_content"))
            headers.CacheControl = "no-store";
        return next(context);
    }
}
