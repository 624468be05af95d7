using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Tests.Agent.Images;

/// <summary>A registry of one image, as far as a pull asks it.</summary>
internal sealed class TinyRegistry : IAsyncDisposable
{
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    private readonly WebApplication app;
    private int pulls;

    private TinyRegistry(WebApplication app) => this.app = app;

    public TinyImage Image { get; set; } = new();

    /// <summary>How often the manifest was asked for by its tag.</summary>
    public int Pulls => pulls;

    public string Address => app.Urls.First();

    public static async Task<TinyRegistry> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var registry = new TinyRegistry(app);
        app.Urls.Add("http://127.0.0.1:0");
        app.MapGet("/v2/", () => Results.Ok());
        app.MapMethods("/v2/team/app/manifests/{reference}", ["GET", "HEAD"], registry.Manifest);
        app.MapGet("/v2/team/app/blobs/{digest}", registry.Blob);
        await app.StartAsync();
        return registry;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private IResult Manifest(string reference)
    {
        var manifest = Encoding.UTF8.GetBytes(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = ManifestType,
            ["config"] = Describe("application/vnd.oci.image.config.v1+json", Image.Configuration),
            ["layers"] = new JsonArray([.. Image.Layers.Select(layer => (JsonNode)Describe("application/vnd.oci.image.layer.v1.tar", layer))]),
        }.ToJsonString());
        if (reference == "1.0")
            Interlocked.Increment(ref pulls);
        return reference == "1.0" || reference == TinyImage.DigestOf(manifest) ? Results.Bytes(manifest, ManifestType) : Results.NotFound();
    }

    private IResult Blob(string digest) =>
        Image.Layers.Append(Image.Configuration).FirstOrDefault(each => TinyImage.DigestOf(each) == digest) is { } blob ? Results.Bytes(blob) : Results.NotFound();

    private static JsonObject Describe(string type, byte[] content) => new() { ["mediaType"] = type, ["digest"] = TinyImage.DigestOf(content), ["size"] = content.Length };
}
