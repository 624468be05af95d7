using DataPlatform.Services.Agent;
using DataPlatform.Services.Agent.Configuration;
using DataPlatform.Services.Agent.Logs;
using DataPlatform.Services.Hosting.Processes;

return args is [LogKeeperProgram.Name, var maximumBytes] ? LogKeeperProgram.Run(maximumBytes) : await RunAgentAsync(args);

// By itself: the other program needs nothing of what this loads.
static Task<int> RunAgentAsync(string[] arguments) => ServiceProgram.RunAsync(Settings.All, arguments, async values =>
{
    var options = AgentOptions.From(values);
    using var stop = new StopSignals();
    await new AgentProcess(options, TimeProvider.System).RunAsync(stop.Token);
    return 0;
});
