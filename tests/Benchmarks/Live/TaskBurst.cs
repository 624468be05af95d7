using System.Diagnostics;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using EventType = DataPlatform.Core.Protocol.Mesos.SchedulerEvent.Types.Type;

namespace DataPlatform.Benchmarks.Live;

/// <summary>Many small tasks as fast as offers allow.</summary>
internal static class TaskBurst
{
    /// <summary>Twenty at a time on an agent of two cpus.</summary>
    public const string TaskResources = "cpus:0.1;mem:32";

    public const string AgentResources = "cpus:2;mem:2048;disk:1024;ports:[31000-31099]";

    public const int AtOnce = 20;

    /// <summary>The seconds from the first ACCEPT to the last FINISHED.</summary>
    public static async Task<double> RunAsync(BenchScheduler scheduler, int tasks, CancellationToken cancellation)
    {
        var size = ResourceText.Parse(TaskResources);
        IReadOnlyList<Resource> resources = [.. size.ToMessages()];
        long began = 0;
        var (launched, finished) = (0, 0);
        await foreach (var (arrived, received) in scheduler.EventsAsync(cancellation))
        {
            if (received.Type == EventType.Update && received.Update.Status.State == TaskState.TaskFinished && ++finished == tasks)
                return Stopwatch.GetElapsedTime(began, arrived).TotalSeconds;
            if (received.Type != EventType.Offers)
                continue;
            foreach (var offer in received.Offers.Offers_)
            {
                var fit = Math.Min(tasks - launched, Fits(offer.Resources.ToBag().Unallocated(), size));
                if (fit == 0)
                {
                    // What is too small, or no longer needed, must not come again and again.
                    await scheduler.DeclineAsync(offer, launched < tasks ? 0.01 : 3600, cancellation);
                    continue;
                }

                if (began == 0)
                    began = Stopwatch.GetTimestamp();
                launched += fit;
                await scheduler.AcceptAsync(offer, fit, resources, cancellation);
            }
        }

        throw new OperationCanceledException(cancellation);
    }

    /// <summary>How many tasks of a size there is room for.</summary>
    public static int Fits(ResourceBag free, ResourceBag size)
    {
        var count = 0;
        for (; free.Contains(size); count++)
            free = free.Subtract(size);
        return count;
    }
}
