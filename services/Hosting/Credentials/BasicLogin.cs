using System.Text;

namespace DataPlatform.Services.Hosting.Credentials;

/// <summary>What a header of HTTP Basic says.</summary>
public sealed record BasicLogin(string Principal, string Secret)
{
    private const string Scheme = "Basic ";

    /// <summary>Null when it is no such header. What has no colon names nobody and is never right.</summary>
    public static BasicLogin? Parse(string? authorization)
    {
        if (authorization?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) != true)
            return null;
        var decoded = new byte[authorization.Length];
        if (!Convert.TryFromBase64String(authorization[Scheme.Length..].Trim(), decoded, out var length))
            return null;
        return Encoding.UTF8.GetString(decoded.AsSpan(0, length)).Split(':', 2) is [var principal, var secret] ? new(principal, secret) : new("", "");
    }

    // A record would print the secret into logs.
    public override string ToString() => $"login of {Principal}";
}
