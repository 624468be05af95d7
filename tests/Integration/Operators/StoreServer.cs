using DataPlatform.Operators.Sdk.Packages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DataPlatform.Integration.Tests.Operators;

/// <summary>A package store behind HTTP, as agents meet it.</summary>
public sealed class StoreServer : IAsyncDisposable
{
    private readonly WebApplication application;

    private StoreServer(PackageStoreOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        application = builder.Build();
        application.Urls.Add("http://127.0.0.1:0");
        Store = new PackageStore(options, () => new Uri(application.Urls.First()));
        application.MapGet("/store/sha256/{digest}", (string digest, string? key) => Store.Open(digest, key) is { } path ? Results.File(path) : Results.NotFound());
    }

    public PackageStore Store { get; }

    public static async Task<StoreServer> StartAsync(PackageStoreOptions options)
    {
        var server = new StoreServer(options);
        await server.application.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => application.DisposeAsync();
}
