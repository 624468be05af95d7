using DataPlatform.Benchmarks;
using DataPlatform.Benchmarks.Fleet;
using Spectre.Console;

// What scenarios start as a process of its own.
if (args is [FleetCommand.Name, var master, var count, .. var further])
    return await FleetCommand.RunAsync(master, count, further);

// Ends 0 when everything asked for ran, met or missed: figures of a busy machine are no test.
var scenarios = Scenario.All();
if (args is ["--help" or "-h" or "--list"])
{
    AnsiConsole.WriteLine("bench [NAME ...]   measures all scenarios, or those named");
    foreach (var scenario in scenarios)
        AnsiConsole.WriteLine($"  {scenario.Name,-14} {scenario.Purpose}");
    return 0;
}

if (args.FirstOrDefault(name => scenarios.All(scenario => scenario.Name != name)) is { } unknown)
{
    await Console.Error.WriteLineAsync($"no benchmark is named '{unknown}'; there are {string.Join(", ", scenarios.Select(scenario => scenario.Name))}");
    return 2;
}

using var stopping = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;
    stopping.Cancel();
};
var folder = Path.Combine(Repository.Root, "artifacts", "bench");
foreach (var scenario in scenarios.Where(scenario => args.Length == 0 || args.Contains(scenario.Name)))
{
    AnsiConsole.MarkupLineInterpolated($"[bold]{scenario.Name}[/]: {scenario.Purpose}");
    try
    {
        var result = await scenario.RunAsync(stopping.Token);
        Report.Print(result);
        AnsiConsole.MarkupLineInterpolated($"  kept in {Report.Keep(folder, result)}");
    }
    catch (OperationCanceledException) when (stopping.IsCancellationRequested)
    {
        AnsiConsole.WriteLine("stopped");
        return 130;
    }
}

return 0;
