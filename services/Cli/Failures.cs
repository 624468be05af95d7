using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.Cli;

/// <summary>Tells people what went wrong in a sentence, and scripts in an exit code.</summary>
public static class Failures
{
    public static async Task<int> ToExitCodeAsync(Func<Task<int>> run, TextWriter error, CancellationToken cancellation)
    {
        try
        {
            return await run();
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await error.WriteLineAsync("dp: interrupted");
            return ExitCode.Interrupted;
        }
        catch (UsageException usage)
        {
            await error.WriteLineAsync($"dp: {usage.Message}");
            return ExitCode.Usage;
        }
        catch (RefusedException refusal)
        {
            await error.WriteLineAsync($"dp: {refusal.Message}");
            foreach (var field in refusal.Problem.Errors ?? []) await error.WriteLineAsync($"  {Sentence(field)}");
            return ExitCode.Failed;
        }
        catch (UnreachableException unreachable)
        {
            await error.WriteLineAsync($"dp: {unreachable.Message}");
            return ExitCode.Unreachable;
        }
        catch (TimeoutException timeout)
        {
            await error.WriteLineAsync($"dp: {timeout.Message}");
            return ExitCode.TimedOut;
        }
        catch (Exception unexpected)
        {
            await error.WriteLineAsync($"dp: {unexpected.Message}");
            return ExitCode.Failed;
        }
    }

    public static string Sentence(FieldProblem field) =>
        string.IsNullOrEmpty(field.Allowed) ? $"{field.Field}: {field.Message}" : $"{field.Field}: {field.Message} (allowed: {field.Allowed})";
}
