using System.Diagnostics;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Sandboxes;
using DataPlatform.Services.Agent.Volumes;
using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Agent.Disk;

/// <summary>
/// Looks at what running tasks hold on the disk and tells the loop of those that hold more than they may. One folder after the
/// other, and what takes long to look at is looked at seldom: all of it costs a small part of one processor.
/// </summary>
internal sealed class DiskWatch(
    AgentLoop loop, SandboxPaths sandboxes, VolumePaths volumes, DeletedFiles deleted, DiskRules rules, TimeProvider time, ILogger log)
{
    /// <summary>A folder that takes a second to look at is looked at again after so many.</summary>
    private const int Leisure = 20;

    private readonly Dictionary<string, Look> looks = new(StringComparer.Ordinal);

    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (rules.Enforced)
            {
                await Task.Delay(rules.Interval, time, stop);
                try
                {
                    await LookAsync(stop);
                }
                catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
                {
                    log.LogWarning("What tasks hold on the disk can't be looked at now: {Problem}", problem.Message);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The agent stops.
        }
    }

    private async Task LookAsync(CancellationToken stop)
    {
        // The loop answers nobody once it has stopped; what they may is read outside of the loop: it does not change while they run.
        var runs = await loop.ReadAsync(core => core.Runs.Where(run => run.Phase is RunPhase.Running or RunPhase.Ending).ToList()).WaitAsync(stop);
        var allowances = DiskAllowance.Of(runs, volumes, rules.BytesWithoutDisk);
        foreach (var allowance in allowances)
        {
            if (looks.TryGetValue(allowance.Name, out var last) && time.GetElapsedTime(last.At) < last.Rest)
                continue;
            var began = Stopwatch.GetTimestamp();
            var folder = last?.Folder ?? allowance.Volume ?? sandboxes.FindHolder(allowance.Runs[0]);
            if (folder is null)
                continue;
            var bytes = Measure(allowance, folder);
            looks[allowance.Name] = new Look(folder, time.GetTimestamp(), Stopwatch.GetElapsedTime(began) * Leisure);
            if (bytes <= allowance.AllowedBytes)
                continue;
            var excess = new DiskExcess(allowance.What, bytes, allowance.AllowedBytes, allowance.Resources);
            foreach (var run in allowance.Runs)
            {
                log.LogWarning("Task {Task} is ended: {Reason}", run.Key.TaskId, excess.Message);
                await loop.PostAsync(new AgentInput.DiskExceeded(run.ContainerId, excess)).AsTask().WaitAsync(stop);
            }
        }

        var names = allowances.Select(each => each.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in looks.Keys.Where(each => !names.Contains(each)).ToList())
            looks.Remove(gone);
    }

    private long Measure(DiskAllowance allowance, string folder)
    {
        var size = new FolderSize();
        if (allowance.Volume is null && allowance.Runs[0].Pod is not null)
        {
            // What tasks of the pod have left that are over is nobody's any more.
            const string below = "containers";
            size.Add(folder, except: below);
            foreach (var run in allowance.Runs)
                size.Add(Path.Combine(folder, below, run.ContainerId));
        }
        else
        {
            size.Add(folder);
        }

        if (allowance.Volume is null && size.Bytes <= allowance.AllowedBytes)
            deleted.AddTo(size, allowance.Runs, folder);
        return size.Bytes;
    }

    private sealed record Look(string Folder, long At, TimeSpan Rest);
}

/// <summary>How the disk of tasks is bounded.</summary>
/// <param name="Interval">Between two looks; longer where looking takes long.</param>
/// <param name="BytesWithoutDisk">The bound of tasks that have no disk resource; null: none.</param>
public sealed record DiskRules(bool Enforced, TimeSpan Interval, long? BytesWithoutDisk);
