using System.CommandLine;
using DataPlatform.Services.Cli.Doctoring;
using DataPlatform.Services.Cli.Output;

namespace DataPlatform.Services.Cli.Commands;

public static class DoctorCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var command = new ExampledCommand("doctor", "Checks this machine and the platform that it is set up for, and says what to mend; ends 1 when something is", "dp doctor", "dp doctor -o json | jq '.[] | select(.is_well | not)'");
        command.SetAction(async (parsed, cancellation) =>
        {
            IReadOnlyList<Finding> findings = [.. await PlatformCheck.RunAsync(surroundings).ToListAsync(cancellation), .. MachineCheck.Run(surroundings)];
            if (parsed.WantsJson()) await JsonOutput.WriteAsync(surroundings.Output, findings, FindingJson.Default.IReadOnlyListFinding);
            else Write(surroundings, findings);
            return findings.All(finding => finding.IsWell) ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static void Write(Surroundings surroundings, IReadOnlyList<Finding> findings)
    {
        var rows = new Rows("CHECK", "STATE", "FOUND");
        foreach (var finding in findings) rows.Add(finding.Check, finding.IsWell ? "ok" : "MEND", finding.Found);
        rows.Write(surroundings);
        foreach (var finding in findings.Where(finding => finding.ToDo is not null)) surroundings.Output.WriteLine(Rows.Printable($"{finding.Check}: {finding.ToDo}"));
    }
}
