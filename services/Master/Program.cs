using DataPlatform.Core.Journal;
using DataPlatform.Services.Master;
using DataPlatform.Services.Master.Settings;

if (args.Contains("--help") || args.Contains("-h"))
{
    Console.Write(MasterSettings.Help());
    return 0;
}

try
{
    return await MasterServer.RunAsync(MasterSettings.Read(args, Environment.GetEnvironmentVariable));
}
catch (SettingsException error)
{
    await Console.Error.WriteLineAsync($"dp-master: {error.Message}");
    return 2;
}
catch (Exception error) when (error is IOException or UnauthorizedAccessException or JournalException or InvalidDataException)
{
    // A port that is taken, a work directory that can't be written, a journal that another master has open.
    await Console.Error.WriteLineAsync($"dp-master: {error.Message}");
    return 1;
}
