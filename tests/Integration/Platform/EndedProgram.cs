using System.Diagnostics;

namespace DataPlatform.Integration.Tests.Platform;

/// <summary>A program that was run to its end, and what it wrote.</summary>
internal sealed record EndedProgram(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    public static async Task<EndedProgram> RunAsync(string program, IEnumerable<string> arguments, string folder, IEnumerable<KeyValuePair<string, string>> environment, string input = "")
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }

        return new EndedProgram(process.ExitCode, await output, await error);
    }
}
