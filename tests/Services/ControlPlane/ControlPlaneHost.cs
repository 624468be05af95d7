using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using DataPlatform.Services.ControlPlane.Access;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Hosting;
using DataPlatform.Services.ControlPlane.Packages;
using DataPlatform.Services.ControlPlane.Settings;
using DataPlatform.Services.ControlPlane.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace DataPlatform.Services.Tests.ControlPlane;

/// <summary>A control plane on a free port of this process, in a folder of its own, with a scripted operator.</summary>
public sealed class ControlPlaneHost : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly WebApplication app;

    private ControlPlaneHost(
        ScriptedOperator engine, TimeProvider? time, Func<ControlPlaneSettings, ControlPlaneSettings>? change, OperatorFactory? packages, Action<IServiceCollection>? configure)
    {
        Engine = engine;
        var settings = new ControlPlaneSettings
        {
            Ip = IPAddress.Loopback, Port = 0, Hostname = "127.0.0.1", WorkDir = Path.Combine(folder.Path, "work"), Lake = Path.Combine(folder.Path, "lake"),
            Store = Path.Combine(folder.Path, "store"), TaskUser = "nobody", DefaultLifetime = TimeSpan.FromHours(8), LoginLinkLifetime = TimeSpan.FromMinutes(15), KeepDeleted = TimeSpan.FromDays(7),
        };
        Settings = change?.Invoke(settings) ?? settings;
        app = ControlPlaneApplication.Build(Settings, services =>
        {
            services.RemoveAll<IClusterOperator>();
            services.AddSingleton<IClusterOperator>(engine);
            services.Replace(ServiceDescriptor.Singleton(TextWriter.Null));
            if (packages is not null) services.Replace(ServiceDescriptor.Singleton(packages));
            if (time is not null) services.Replace(ServiceDescriptor.Singleton(time));
            configure?.Invoke(services);
        });
    }

    public ControlPlaneSettings Settings { get; }

    public ScriptedOperator Engine { get; }

    public IServiceProvider Services => app.Services;

    public string Url => Get<ServerAddress>().Url;

    /// <summary>Signed in with a bearer token.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>Not signed in; follows no redirect and keeps no cookie.</summary>
    public HttpClient Stranger { get; private set; } = null!;

    /// <param name="packages">Makes operators of packages that are installed; without it none can be.</param>
    public static async Task<ControlPlaneHost> Start(
        TimeProvider? time = null, ScriptedOperator? engine = null, Func<ControlPlaneSettings, ControlPlaneSettings>? change = null, OperatorFactory? packages = null,
        Action<IServiceCollection>? configure = null)
    {
        var host = new ControlPlaneHost(engine ?? new ScriptedOperator(), time, change, packages, configure);
        await host.app.StartAsync();
        host.Client = host.NewClient();
        host.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", host.Get<TokenStore>().Create(TokenStore.Bearer, "test", "tester", TimeSpan.FromDays(365)));
        host.Stranger = host.NewClient();
        return host;
    }

    public T Get<T>() where T : notnull => app.Services.GetRequiredService<T>();

    public string LoginLink() => Get<LoginLinks>().Create("tester")!;

    public async Task<(HttpStatusCode Status, JsonObject Body)> Post(string path, string json)
    {
        using var answer = await Client.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"));
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject());
    }

    public HttpClient NewClient() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false }) { BaseAddress = new Uri(Url) };

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        Stranger?.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        folder.Dispose();
    }
}
