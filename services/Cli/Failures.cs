using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli.Output;
using DataPlatform.Services.Cli.Progress;

namespace DataPlatform.Services.Cli;

/// <summary>Tells people what went wrong in a sentence, and scripts in an exit code.</summary>
public static class Failures
{
    public static async Task<int> ToExitCodeAsync(Func<Task<int>> run, ErrorOutput error, CancellationToken cancellation)
    {
        try
        {
            return await run();
        }
        catch (OperationCanceledException ended) when (cancellation.IsCancellationRequested)
        {
            await error.WriteAsync("interrupted", (ended as WatchEndedException)?.Message);
            return ExitCode.Interrupted;
        }
        catch (RefusedException refusal)
        {
            await error.WriteAsync(refusal);
            return ExitCode.Failed;
        }
        catch (Exception failure)
        {
            await error.WriteAsync(failure.Message);
            return failure switch
            {
                UsageException => ExitCode.Usage,
                UnreachableException => ExitCode.Unreachable,
                TimeoutException => ExitCode.TimedOut,
                _ => ExitCode.Failed,
            };
        }
    }
}
