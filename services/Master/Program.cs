using DataPlatform.Core.Journal;
using DataPlatform.Services.Hosting.Processes;
using DataPlatform.Services.Master;
using DataPlatform.Services.Master.Settings;

return await ServiceProgram.RunAsync(MasterSettings.All, args, async values =>
{
    try
    {
        return await MasterServer.RunAsync(MasterSettings.From(values));
    }
    catch (JournalException problem)
    {
        // Damaged, of a newer version, or open in another master.
        throw new IOException(problem.Message, problem);
    }
});
