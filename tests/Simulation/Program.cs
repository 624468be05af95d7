using DataPlatform.Simulation.Tests;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

// The tests, as every test program runs them, and the search for seeds that fail.
if (args is [SeedSearch.Command, .. var rest])
{
    using var stopping = new CancellationTokenSource();
    Console.CancelKeyPress += (_, press) =>
    {
        press.Cancel = true;
        stopping.Cancel();
    };
    return SeedSearch.Run(rest, SeededRun.Run, Console.Out, stopping.Token);
}

return args.Any(argument => argument is "-automated" or "@@")
    ? await ConsoleRunner.Run(args)
    : await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
