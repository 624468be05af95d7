using System.Runtime.InteropServices;
using DataPlatform.Services.Agent;
using DataPlatform.Services.Agent.Configuration;

if (args.Contains("--help") || args.Contains("-h"))
{
    Console.Out.Write(AgentOptions.Help());
    return 0;
}

try
{
    var options = AgentOptions.Read(args, Environment.GetEnvironmentVariable);
    using var stop = new CancellationTokenSource();
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    await new AgentProcess(options, TimeProvider.System).RunAsync(stop.Token);
    return 0;

    void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        stop.Cancel();
    }
}
catch (ConfigurationException problem)
{
    await Console.Error.WriteLineAsync($"dp-agent: {problem.Message}");
    return 2;
}
catch (IOException problem)
{
    await Console.Error.WriteLineAsync($"dp-agent: {problem.Message}");
    return 1;
}
