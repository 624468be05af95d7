using System.CommandLine;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli.Output;

namespace DataPlatform.Services.Cli.Commands;

public static class LoginCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var command = new ExampledCommand("login", "Prints a link that logs one browser in to the console, once", "dp login");
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = surroundings.Connect();
            var link = await client.LoginLinkAsync(null, cancellation);
            if (parsed.WantsJson()) await JsonOutput.WriteAsync(surroundings.Output, new LoginLink(link.ToString()), ControlPlaneJson.Default.LoginLink);
            else await surroundings.Output.WriteLineAsync(link.ToString());
            return ExitCode.Done;
        });
        return command;
    }
}
