using System.Net.Http.Headers;
using System.Text;

namespace DataPlatform.Core.Client.Http;

/// <summary>Who a client is to a master or an agent: sent as HTTP Basic authentication.</summary>
public sealed record MesosCredential(string Principal, string Secret)
{
    public AuthenticationHeaderValue ToAuthorization() => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Principal}:{Secret}")));

    // A record would print the secret into logs.
    public override string ToString() => $"credential of {Principal}";
}
