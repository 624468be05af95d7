using System.Net;
using System.Text;
using DataPlatform.Core.Client.Http;
using DataPlatform.Integration.Tests.Platform;

namespace DataPlatform.Integration.Tests.Networks;

/// <summary>A master on a host of its own, as it answers whoever asks from a host that nothing is cut off from.</summary>
internal sealed class MasterHost(NetworkHost host, ServiceProcess process, HttpClient http)
{
    public const int Port = 5050;

    public NetworkHost Host => host;

    public ServiceProcess Process => process;

    public string Authority { get; } = $"{host.Address}:{Port}";

    public Uri Address { get; } = new($"http://{host.Address}:{Port}");

    public async Task<string> HealthAsync()
    {
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            return await (await http.GetAsync(new Uri(Address, "/health"), patience.Token)).Content.ReadAsStringAsync(patience.Token);
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            return error.Message;
        }
    }

    /// <summary>How it answers a framework that subscribes, and where it sends it.</summary>
    public async Task<(HttpStatusCode Status, string? Location)> SubscribeAsync(MesosCredential credential)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, "/api/v1/scheduler"))
        {
            Content = new StringContent("""{"type":"SUBSCRIBE","subscribe":{"framework_info":{"name":"late","user":"nobody","roles":["late"],"capabilities":[{"type":"MULTI_ROLE"}]}}}""",
                Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = credential.ToAuthorization();
        request.Headers.Accept.ParseAdd("application/json");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        return (answer.StatusCode, answer.Headers.Location?.OriginalString);
    }
}
