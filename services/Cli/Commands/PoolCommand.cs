using System.CommandLine;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli.Output;

namespace DataPlatform.Services.Cli.Commands;

public static class PoolCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var command = new ExampledCommand("pool", "Shows the hosts, what is used of them and by whom", "dp pool", "dp pool -o json | jq '.hosts[] | {host, used}'");
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = surroundings.Connect();
            var pool = await client.PoolAsync(cancellation);
            if (parsed.WantsJson())
            {
                await JsonOutput.WriteAsync(surroundings.Output, pool, ControlPlaneJson.Default.PoolView);
                return ExitCode.Done;
            }
            await surroundings.Output.WriteLineAsync($"master {pool.MasterUrl}");
            var hosts = new Rows("HOST", "AGENT", "STATE", "CPUS USED", "MEMORY USED", "DISK USED", "TASKS", "ATTRIBUTES");
            foreach (var host in pool.Hosts)
                hosts.Add($"{host.Host}:{host.Port}", host.AgentId, host.Active ? "active" : "away",
                    $"{Words.Cpus(host.Used.MilliCpus)} of {Words.Cpus(host.Total.MilliCpus)}",
                    $"{Words.Mebibytes(host.Used.MemoryMebibytes)} of {Words.Mebibytes(host.Total.MemoryMebibytes)}",
                    $"{Words.Mebibytes(host.Used.DiskMebibytes)} of {Words.Mebibytes(host.Total.DiskMebibytes)}",
                    $"{host.RunningTasks}", string.Join(" ", host.Attributes.OrderBy(item => item.Key, StringComparer.Ordinal).Select(item => $"{item.Key}:{item.Value}")));
            hosts.Write(surroundings);
            await surroundings.Output.WriteLineAsync();
            var frameworks = new Rows("FRAMEWORK", "ROLES", "CONNECTED", "USES");
            foreach (var framework in pool.Frameworks)
                frameworks.Add(framework.Name, string.Join(" ", framework.Roles), framework.Connected ? "yes" : "no", Words.Amounts(framework.Used));
            frameworks.Write(surroundings);
            return ExitCode.Done;
        });
        return command;
    }
}
