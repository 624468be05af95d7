using DataPlatform.Services.Agent;
using DataPlatform.Services.Agent.Configuration;
using DataPlatform.Services.Hosting.Processes;

return await ServiceProgram.RunAsync(Settings.All, args, async values =>
{
    var options = AgentOptions.From(values);
    using var stop = new StopSignals();
    await new AgentProcess(options, TimeProvider.System).RunAsync(stop.Token);
    return 0;
});
