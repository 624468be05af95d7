using System.Diagnostics;
using DataPlatform.Services.Agent.Launching;
using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Agent.Images;

/// <summary>Brings images into podman's store, within bounds. One at a time.</summary>
internal sealed class ImagePull(Podman podman, ImageBounds bounds, ILogger log)
{
    private const int Leisure = 20;
    private static readonly TimeSpan Short = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LookEach = TimeSpan.FromSeconds(1);

    /// <summary>From an archive, be it of Docker's kind or of OCI's.</summary>
    /// <param name="reference">By which podman knows it afterwards.</param>
    /// <exception cref="IOException">It can't be had; says why.</exception>
    public async Task LoadAsync(string archive, string reference, CancellationToken cancellation)
    {
        log.LogInformation("Loading the image archive {Archive}", archive);
        ProgramAnswer? first = null;
        foreach (var kind in (string[])["docker-archive", "oci-archive"])
        {
            var answer = await RunAsync([$"{kind}:{archive}"], cancellation);
            first ??= answer;
            if (answer.Status != 0)
                continue;
            answer = await podman.RunAsync(["tag", answer.Output.Trim(), reference], Short, cancellation);
            if (answer.Status == 0)
                return;
            throw new IOException($"podman could not name the image of {archive}: {answer.Complaint}");
        }

        throw new IOException($"podman can't load {archive}: {first!.Complaint}");
    }

    /// <param name="plain">By http.</param>
    /// <exception cref="IOException">It can't be had; says why.</exception>
    public async Task PullAsync(string reference, bool plain, CancellationToken cancellation)
    {
        log.LogInformation("Pulling the image {Image}", reference);
        var answer = await RunAsync([$"--tls-verify={(plain ? "false" : "true")}", reference], cancellation);
        if (answer.Status != 0)
            throw new IOException($"the image '{reference}' can't be pulled: {answer.Complaint}");
    }

    private async Task<ProgramAnswer> RunAsync(IReadOnlyList<string> words, CancellationToken cancellation)
    {
        var most = podman.Size() + bounds.Bytes;
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var run = podman.RunAsync(["pull", "--quiet", .. words], bounds.Time, bound.Token);
        try
        {
            if (await GrowsBeyondAsync(most, run, bound.Token))
                await bound.CancelAsync();
            var answer = await run;
            if (answer.Status != 0)
                podman.Tidy();
            else if (podman.Size() > most)
                throw await TooLargeAsync(answer.Output.Trim());
            return answer;
        }
        catch (OperationCanceledException)
        {
            podman.Tidy();
            cancellation.ThrowIfCancellationRequested();
            throw await TooLargeAsync(null);
        }
    }

    /// <summary>Looked at until it ends.</summary>
    private async Task<bool> GrowsBeyondAsync(long most, Task run, CancellationToken cancellation)
    {
        var rest = LookEach;
        while (await Task.WhenAny(run, Task.Delay(rest, cancellation)) != run && !cancellation.IsCancellationRequested)
        {
            var began = Stopwatch.GetTimestamp();
            if (podman.Size() > most)
                return true;
            // What takes long to look at is looked at seldom.
            rest = TimeSpan.FromTicks(Math.Max(LookEach.Ticks, Stopwatch.GetElapsedTime(began).Ticks * Leisure));
        }

        return false;
    }

    private async Task<IOException> TooLargeAsync(string? image)
    {
        if (image is not null)
            await podman.RunAsync(["rmi", "--force", image], Short, CancellationToken.None);
        return new IOException($"the image takes more of the disk than the agent's --max-archive-size allows ({bounds.Bytes} bytes)");
    }
}

/// <summary>Of one image.</summary>
/// <param name="Time">For it to be there.</param>
/// <param name="Bytes">That it takes of the disk, what is in the way of it included.</param>
internal sealed record ImageBounds(TimeSpan Time, long Bytes);
