using System.Reflection;
using DataPlatform.Services.Hosting.Settings;

namespace DataPlatform.Services.Hosting.Processes;

/// <summary>
/// The frame of every service's program: <c>--help</c>, <c>--version</c>, settings, and how a start that fails ends: 2 for a
/// setting that can't be used, 1 for anything else that the machine refuses, such as a port that is taken.
/// </summary>
public static class ServiceProgram
{
    public static async Task<int> RunAsync(SettingList settings, string[] arguments, Func<SettingValues, Task<int>> run)
    {
        if (arguments.Contains("--help") || arguments.Contains("-h"))
        {
            await Console.Out.WriteAsync(settings.Help());
            return 0;
        }

        if (arguments is ["--version"])
        {
            await Console.Out.WriteLineAsync(Assembly.GetEntryAssembly()?.GetName().Version?.ToString(3) ?? "0.0.0");
            return 0;
        }

        try
        {
            return await run(settings.Read(arguments, Environment.GetEnvironmentVariable));
        }
        catch (SettingsException problem)
        {
            await Console.Error.WriteLineAsync($"{settings.Program}: {problem.Message}");
            return 2;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            await Console.Error.WriteLineAsync($"{settings.Program}: {problem.Message}");
            return 1;
        }
    }
}
