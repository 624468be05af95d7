using System.CommandLine;
using System.Globalization;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli.Output;

namespace DataPlatform.Services.Cli.Commands;

/// <summary>What lets in, and what was done by whom.</summary>
public static class AccessCommands
{
    public static IEnumerable<Command> Create(Surroundings surroundings)
    {
        yield return Tokens(surroundings);
        yield return Audit(surroundings);
    }

    private static ExampledCommand Tokens(Surroundings surroundings)
    {
        var command = new ExampledCommand("tokens", "Lists what lets in: tokens of programs and browsers that are signed in", "dp tokens", "dp tokens create nightly-report --days 90", "dp tokens revoke nightly-report")
        {
            CreateToken(surroundings), Revoke(surroundings),
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = surroundings.Connect();
            var tokens = await client.TokensAsync(cancellation);
            if (parsed.WantsJson())
            {
                await JsonOutput.WriteAsync(surroundings.Output, tokens, ControlPlaneJson.Default.IReadOnlyListTokenView);
                return ExitCode.Done;
            }

            var rows = new Rows("NAME", "KIND", "WHOSE", "ENDS", "ID");
            foreach (var token in tokens) rows.Add(token.Name + (token.Asks ? " (this one)" : ""), token.Kind, token.Principal, Words.Moment(token.ExpiresAt), token.Id);
            rows.Write(surroundings);
            return ExitCode.Done;
        });
        return command;
    }

    private static ExampledCommand CreateToken(Surroundings surroundings)
    {
        var name = new Argument<string>("name") { Description = "What it is for" };
        var days = new Option<int>("--days") { Description = "After how many days it ends, 1 to 365", HelpName = "DAYS", DefaultValueFactory = _ => 90 };
        var command = new ExampledCommand("create", "Makes a token for a program, and prints it this once", "dp tokens create nightly-report --days 90", "dp tokens create build -o json | jq -r .secret") { name, days };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = surroundings.Connect();
            var made = await client.CreateTokenAsync(new TokenRequest(parsed.GetRequiredValue(name), parsed.GetValue(days)), cancellation);
            if (parsed.WantsJson()) await JsonOutput.WriteAsync(surroundings.Output, made, ControlPlaneJson.Default.NewToken);
            else await surroundings.Output.WriteLineAsync(made.Secret);
            return ExitCode.Done;
        });
        return command;
    }

    private static ExampledCommand Revoke(Surroundings surroundings)
    {
        var which = new Argument<string>("token") { Description = "The token's name, or the id of a token or session, as 'dp tokens' lists them" };
        var command = new ExampledCommand("revoke", "Ends a token or a session, and what is open by it", "dp tokens revoke nightly-report", "dp tokens revoke 019ad0c4f3a57c7c8f5d0a0f3a1b2c3d") { which };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = surroundings.Connect();
            var asked = parsed.GetRequiredValue(which);
            var found = (await client.TokensAsync(cancellation)).Where(token => token.Id == asked || token.Name == asked && token.Kind == "bearer").ToList();
            if (found.Count != 1)
                throw new UsageException(found.Count == 0 ? $"no token is named '{asked}', and none has that id; 'dp tokens' lists them" : $"{found.Count} tokens are named '{asked}'; say which by its id: {string.Join(", ", found.Select(token => token.Id))}");
            await client.RevokeTokenAsync(found[0].Id, cancellation);
            await surroundings.Error.WriteLineAsync(Rows.Printable($"{found[0].Name} of {found[0].Principal} is ended"));
            return ExitCode.Done;
        });
        return command;
    }

    private static ExampledCommand Audit(Surroundings surroundings)
    {
        var (actor, action, target) = (Filter("--who", "Only what this person or program did"), Filter("--what", "Only this, such as launch"), Filter("--target", "Only what was done with this, such as a cluster's name"));
        var before = new Option<long?>("--before") { Description = "Only entries before the one of this number", HelpName = "NUMBER" };
        var most = new Option<int>("--most") { Description = "How many at most, 1 to 1000", HelpName = "COUNT", DefaultValueFactory = _ => 100 };
        var command = new ExampledCommand("audit", "Lists what was done, by whom, the last first", "dp audit", "dp audit --what delete --target trial", "dp audit verify") { actor, action, target, before, most, Verify(surroundings) };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = surroundings.Connect();
            var entries = await client.AuditAsync(parsed.GetValue(actor), parsed.GetValue(action), parsed.GetValue(target), parsed.GetValue(before), parsed.GetValue(most), cancellation);
            if (parsed.WantsJson())
            {
                await JsonOutput.WriteAsync(surroundings.Output, entries, ControlPlaneJson.Default.IReadOnlyListAuditEntryView);
                return ExitCode.Done;
            }

            var rows = new Rows("NUMBER", "AT", "WHO", "WHAT", "WITH", "MORE") { ShortensLast = true };
            foreach (var entry in entries) rows.Add(entry.Sequence.ToString(CultureInfo.InvariantCulture), Words.Moment(entry.At), entry.Actor, entry.Action, entry.Target, entry.Detail);
            rows.Write(surroundings);
            return ExitCode.Done;
        });
        return command;
    }

    private static ExampledCommand Verify(Surroundings surroundings)
    {
        var command = new ExampledCommand("verify", "Says whether all that is written down is as it was written; ends 1 when it is not", "dp audit verify");
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = surroundings.Connect();
            var check = await client.CheckAuditAsync(cancellation);
            if (parsed.WantsJson()) await JsonOutput.WriteAsync(surroundings.Output, check, ControlPlaneJson.Default.AuditCheck);
            else await surroundings.Output.WriteLineAsync(check.FirstBroken is { } broken
                ? $"entry {broken} was changed, or one before it is missing; what stands before it is as it was written"
                : $"all {check.Entries} entries are as they were written");
            return check.FirstBroken is null ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static Option<string?> Filter(string name, string description) => new(name) { Description = description, HelpName = "NAME" };
}
