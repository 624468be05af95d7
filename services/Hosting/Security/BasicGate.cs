using System.Globalization;
using DataPlatform.Services.Hosting.Credentials;
using DataPlatform.Services.Hosting.Serving;
using Microsoft.AspNetCore.Http;

namespace DataPlatform.Services.Hosting.Security;

/// <summary>Lets calls in by HTTP Basic, and holds up who guesses; without known principals, those of this process's own user.</summary>
public sealed class BasicGate(KnownPrincipals? known, FailedLogins failures)
{
    public CallerCheck Check(HttpContext context)
    {
        if (known is null)
            return CheckUser(context);

        if (BasicLogin.Parse(context.Request.Headers.Authorization) is not { } login)
            return new CallerCheck.Refused(StatusCodes.Status401Unauthorized, "Credentials are missing; send a principal and its secret by HTTP Basic");
        var address = context.Connection.RemoteIpAddress;
        if (failures.WhyNot(address, login.Principal) is { } wait)
        {
            var seconds = (int)Math.Ceiling(wait.TotalSeconds);
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            return new CallerCheck.Refused(StatusCodes.Status429TooManyRequests, $"Too many wrong secrets; the next is looked at in {seconds} s");
        }

        if (!known.Knows(login))
        {
            failures.Wrong(address, login.Principal);
            return new CallerCheck.Refused(StatusCodes.Status401Unauthorized, "Credentials are wrong; send a principal and its secret by HTTP Basic");
        }

        failures.Right(address, login.Principal);
        context.WelcomeConnection();
        return new CallerCheck.Known(login.Principal);
    }

    /// <summary>Where nobody has a secret, the kernel says who calls: what this user could do by itself, it may do here.</summary>
    private static CallerCheck CheckUser(HttpContext context)
    {
        if (!context.IsOfOwnUser())
            return new CallerCheck.Refused(StatusCodes.Status403Forbidden,
                "This was started without credentials and serves only processes of its own user and of root on this machine; with credentials it serves who has them");
        context.WelcomeConnection();
        return new CallerCheck.Known(null);
    }
}

/// <summary>Who calls, or what to answer.</summary>
public abstract record CallerCheck
{
    private CallerCheck() { }

    /// <param name="Principal">Null where nobody is asked for a name.</param>
    public sealed record Known(string? Principal) : CallerCheck;

    public sealed record Refused(int Status, string Message) : CallerCheck;
}
