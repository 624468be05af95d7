using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Agent.Images;

/// <summary>
/// The images of one agent, kept by podman. One change of the store at a time; an image that is there already costs no run
/// of podman. For several threads.
/// </summary>
internal sealed class ImageStore : IDisposable
{
    private static readonly TimeSpan Short = TimeSpan.FromMinutes(1);
    private readonly SemaphoreSlim turn = new(1);
    private readonly ConcurrentDictionary<string, ContainerImage> known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> usedBy = new(StringComparer.Ordinal);
    private readonly Lock usersLock = new();
    private readonly Podman podman;
    private readonly ImageSource source;
    private readonly ImagePull pull;
    private readonly ILogger log;
    private readonly string uses;

    /// <param name="folder">The agent's alone.</param>
    public ImageStore(Podman podman, ImageSource source, string folder, ImagePull pull, ILogger log)
    {
        (this.podman, this.source, this.pull, this.log) = (podman, source, pull, log);
        uses = Directory.CreateDirectory(Path.Combine(folder, "uses")).FullName;
    }

    /// <summary>Takes up what an earlier process of this agent has left, also one that was killed.</summary>
    /// <returns>Null when podman can keep images here, else why it can't.</returns>
    public async Task<string?> OpenAsync()
    {
        try
        {
            podman.Tidy();
            var answer = await podman.RunAsync(["images", "--all", "--quiet", "--no-trunc"], Short, CancellationToken.None);
            if (answer.Status != 0)
                return answer.Complaint;
            foreach (var id in answer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(each => each["sha256:".Length..]))
            {
                if (!File.Exists(Path.Combine(uses, id)))
                    Touch(id);
            }

            return null;
        }
        catch (IOException problem)
        {
            return problem.Message;
        }
    }

    /// <summary>The image, which stays from now on until the container lets go of it.</summary>
    /// <exception cref="IOException">It can't be had; says why.</exception>
    public async Task<ContainerImage> TakeAsync(ImageName name, bool fresh, string containerId, CancellationToken cancellation)
    {
        var wanted = WantedFor(name);
        var mayBeKnown = !fresh || wanted.Archive is not null; // The name of an archive's image changes with the archive.
        if (mayBeKnown && HoldKnown(wanted.Reference, containerId) is { } known)
            return known;
        await turn.WaitAsync(cancellation);
        try
        {
            var image = (mayBeKnown ? await FindAsync(wanted.Reference, cancellation) : null) ?? await FetchAsync(wanted, cancellation);
            Hold(containerId, image.Id);
            return image;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>A container that was started before this process uses it.</summary>
    public void Hold(string containerId, string imageId)
    {
        lock (usersLock)
            usedBy[containerId] = imageId;
        Touch(imageId);
    }

    /// <summary>Of no effect for a container that holds none.</summary>
    public void LetGo(string containerId)
    {
        lock (usersLock)
        {
            if (usedBy.Remove(containerId, out var imageId))
                Touch(imageId);
        }
    }

    /// <summary>Removes images that no container uses, the one unused longest first, as long as there is need.</summary>
    /// <returns>Those that were removed.</returns>
    public async Task<IReadOnlyList<string>> PruneAsync(Func<bool> isNeeded, CancellationToken cancellation)
    {
        var removed = new List<string>();
        var candidates = Directory.GetFiles(uses).OrderBy(File.GetLastWriteTimeUtc).ThenBy(each => each, StringComparer.Ordinal).ToList();
        foreach (var use in candidates)
        {
            if (!isNeeded())
                break;
            await turn.WaitAsync(cancellation);
            try
            {
                var id = Path.GetFileName(use);
                if (!Forget(id))
                    continue;
                var answer = await podman.RunAsync(["rmi", "--force", id], Short, cancellation);
                if (answer.Status != 0 && await ExistsAsync(id, cancellation))
                {
                    log.LogWarning("Image {Image} could not be removed: {Reason}", id, answer.Complaint);
                    continue;
                }

                File.Delete(use);
                removed.Add(id);
                log.LogInformation("Image {Image} was removed: the disk is filling", id);
            }
            finally
            {
                turn.Release();
            }
        }

        return removed;
    }

    public void Dispose() => turn.Dispose();

    private Wanted WantedFor(ImageName name)
    {
        if (source is ImageSource.Registry registry)
        {
            return registry.ReferenceTo(name) is { } reference
                ? new Wanted(reference, null, registry.Plain)
                : throw new IOException($"the image '{name}' is of another registry than {registry.Host}, which alone this agent's --docker-registry allows");
        }

        var candidates = ((ImageSource.Folder)source).ArchivesOf(name).ToList();
        if (candidates.Find(File.Exists) is not { } archive)
        {
            throw new IOException(candidates.Count == 0
                ? $"the image '{name}' is named by its digest, which needs a registry; this agent has a folder of archives"
                : $"there is no image '{name}': the agent's host has no {string.Join(" and no ", candidates)}");
        }

        // One that was written anew is another image.
        var file = new FileInfo(archive);
        var version = string.Create(CultureInfo.InvariantCulture, $"{archive}\n{file.Length}\n{file.LastWriteTimeUtc.Ticks}");
        return new Wanted($"localhost/archive:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(version)))[..40]}", archive, false);
    }

    private async Task<ContainerImage> FetchAsync(Wanted wanted, CancellationToken cancellation)
    {
        if (wanted.Archive is { } archive)
            await pull.LoadAsync(archive, wanted.Reference, cancellation);
        else
            await pull.PullAsync(wanted.Reference, wanted.Plain, cancellation);
        known.TryRemove(wanted.Reference, out _);
        return await FindAsync(wanted.Reference, cancellation) ?? throw new IOException($"podman has no image {wanted.Reference} although it said that it took it in");
    }

    private ContainerImage? HoldKnown(string reference, string containerId)
    {
        lock (usersLock)
        {
            if (!known.TryGetValue(reference, out var image) || !image.Layers.All(Directory.Exists))
                return null;
            Hold(containerId, image.Id);
            return image;
        }
    }

    private async Task<ContainerImage?> FindAsync(string reference, CancellationToken cancellation)
    {
        if (known.TryGetValue(reference, out var image) && image.Layers.All(Directory.Exists))
            return image;
        if (!await ExistsAsync(reference, cancellation))
            return null;
        var answer = await podman.RunAsync(["image", "inspect", reference], Short, cancellation);
        if (answer.Status != 0)
            throw new IOException($"podman says nothing of {reference}: {answer.Complaint}");
        try
        {
            return known[reference] = ContainerImage.Parse(answer.Output);
        }
        catch (FormatException problem)
        {
            throw new IOException(problem.Message, problem);
        }
    }

    private async Task<bool> ExistsAsync(string reference, CancellationToken cancellation) =>
        (await podman.RunAsync(["image", "exists", reference], Short, cancellation)).Status == 0;

    /// <summary>False, and of no effect, when a container uses it.</summary>
    private bool Forget(string imageId)
    {
        lock (usersLock)
        {
            if (usedBy.ContainsValue(imageId))
                return false;
            foreach (var (reference, _) in known.Where(each => each.Value.Id == imageId).ToList())
                known.TryRemove(reference, out _);
            return true;
        }
    }

    private void Touch(string imageId) => File.WriteAllBytes(Path.Combine(uses, imageId), []);

    /// <param name="Reference">By which podman knows it.</param>
    /// <param name="Archive">To load it from; null: it is pulled.</param>
    private sealed record Wanted(string Reference, string? Archive, bool Plain);
}
