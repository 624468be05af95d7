using System.CommandLine;
using DataPlatform.Services.Cli.Output;
using DataPlatform.Services.Cli.Progress;

namespace DataPlatform.Services.Cli.Commands;

public static class DeleteCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var cluster = Shared.Cluster(surroundings);
        var (yes, needed) = (Shared.Yes(), Shared.EvenIfNeeded());
        var leave = new Option<bool>("--no-wait") { Description = "Return as soon as the deletion is accepted" };
        var limit = Shared.Timeout("How long to wait until it is gone", "5m");
        var command = new ExampledCommand("delete", "Deletes a cluster; what it keeps on hosts goes with it, what it wrote to the lake stays", "dp delete trial", "dp delete trial --yes --no-wait", "dp delete trial --even-if-needed")
        {
            cluster, yes, needed, leave, limit,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var name = parsed.GetRequiredValue(cluster);
            using var client = surroundings.Connect();
            var detail = await client.ClusterAsync(name, cancellation);
            var (seen, kept) = (detail.Summary, detail.Volumes.Sum(volume => volume.Mebibytes));
            if (!parsed.GetValue(yes) && !await surroundings.ConfirmsAsync($"Delete {seen.Name} ({seen.Package}, {Words.State(seen.State)}{(kept > 0 ? $", with the {Words.Mebibytes(kept)} that it keeps" : "")})?", cancellation)) return ExitCode.Failed;
            await client.DeleteAsync(name, parsed.GetValue(needed), cancellation);
            if (!parsed.GetValue(leave))
                await new ClusterWatch(client, surroundings.Time)
                    .UntilGoneAsync(name, surroundings.Time.GetUtcNow() + parsed.GetValue(limit), surroundings, parsed.WantsJson(), cancellation)
                    .OrGoesOnAsync($"{name} goes on being deleted; 'dp cluster {name}' shows how far it is", cancellation);
            await surroundings.Error.WriteLineAsync(parsed.GetValue(leave) ? $"{name} is being deleted" : $"{name} is deleted");
            return ExitCode.Done;
        });
        return command;
    }
}
