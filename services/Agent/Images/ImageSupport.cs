using DataPlatform.Services.Agent.Configuration;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;
using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Agent.Images;

/// <summary>Whether tasks may run from images on this agent.</summary>
internal abstract record ImageSupport
{
    private ImageSupport()
    {
    }

    public sealed record Ready(ImageStore Store) : ImageSupport
    {
        /// <summary>Null: containers may be connected to a bridge.</summary>
        public string? WhyNoBridge { get; init; }
    }

    /// <param name="Reason">For whoever asks: "this agent runs nothing from images: ...".</param>
    public sealed record None(string Reason) : ImageSupport;

    /// <summary>Found out once, at start.</summary>
    /// <param name="mounts">Whether tasks can be given mounts of their own.</param>
    public static async Task<ImageSupport> FindAsync(AgentOptions options, bool mounts, ProcessWatch watch, ILogger log)
    {
        if (options.Images is not { } settings)
            return new None("its --image-providers does not name docker");
        var found = await OpenAsync(settings, options, mounts, watch, log);
        if (found is None none)
            log.LogWarning("Tasks that need an image are refused: {Reason}", none.Reason);
        else
            log.LogInformation("Tasks may run from images, which podman keeps in {Folder}, taken from {Source}", settings.StoreFolder, settings.Source);
        return found;
    }

    private static async Task<ImageSupport> OpenAsync(ImageSettings settings, AgentOptions options, bool mounts, ProcessWatch watch, ILogger log)
    {
        if (!mounts)
            return new None("it can give tasks no mounts of their own, as its log says");
        if (HostProgram.Find("podman") is not { } program)
            return new None("podman is not installed on its host");
        var podman = new Podman(program, settings.StoreFolder, watch);
        var pull = new ImagePull(podman, new ImageBounds(options.FetchTimeout, options.MaximumArchiveBytes), log);
        var store = new ImageStore(podman, settings.Source, settings.StoreFolder, pull, log);
        if (await store.OpenAsync() is not { } problem)
            return new Ready(store);
        store.Dispose();
        return new None($"podman can't keep images: {problem}");
    }
}

/// <param name="StoreFolder">Absolute; the agent's alone.</param>
internal sealed record ImageSettings(ImageSource Source, string StoreFolder);
