using System.CommandLine;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Services.Cli.Output;
using DataPlatform.Services.Cli.Packages;

namespace DataPlatform.Services.Cli.Commands;

/// <summary>Packages of one's own: begin one, check it, install it where a control plane launches it, and remove it.</summary>
public static class PackageCommand
{
    public static Command Create(Surroundings surroundings) =>
        new ExampledCommand("package", "Makes, checks, installs and removes packages; docs/packages.md leads through it",
            "dp package new greeter", "dp package check greeter", "dp package install greeter", "dp launch greeter", "dp package remove greeter")
        {
            List(surroundings), Show(surroundings), Check(surroundings), New(surroundings), Install(surroundings), Remove(surroundings),
        };

    private static ExampledCommand List(Surroundings surroundings)
    {
        var command = new ExampledCommand("list", "Lists what can be launched, and what can't be read", "dp package list", "dp package list -o json");
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = surroundings.Connect();
            return await PackagesCommand.ListAsync(surroundings, await client.PackagesAsync(cancellation), parsed.WantsJson());
        });
        return command;
    }

    private static ExampledCommand Show(Surroundings surroundings)
    {
        var name = new Argument<string>("name") { Description = "A package" };
        var version = Shared.Version("One of its versions; the newest when absent");
        var command = new ExampledCommand("show", "Shows one package with its versions, options and sizes, as 'dp packages NAME' does", "dp package show redis", "dp package show greeter --version 1.0", "dp package show redis -o json") { name, version };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = surroundings.Connect();
            return await PackagesCommand.ShowAsync(surroundings, await client.PackageAsync(parsed.GetRequiredValue(name), parsed.GetValue(version), cancellation), parsed.WantsJson());
        });
        return command;
    }

    private static ExampledCommand Check(Surroundings surroundings)
    {
        var folder = Folder();
        var command = new ExampledCommand("check", "Reads a package's folder and says, with file, line and column, what is wrong; asks no control plane",
            "dp package check greeter", "dp package check greeter -o json") { folder };
        command.SetAction(async (parsed, _) =>
        {
            var problems = Problems(Existing(parsed.GetRequiredValue(folder)));
            if (parsed.WantsJson())
                await JsonOutput.WriteAsync(surroundings.Output, problems, PackageJson.Default.IReadOnlyListPackageProblem);
            else
                foreach (var problem in problems) await surroundings.Output.WriteLineAsync(Rows.Printable(problem.ToString()));
            if (problems.Count > 0)
            {
                await ErrorOutput.Of(surroundings, parsed).WriteAsync(Count(problems.Count));
                return ExitCode.Failed;
            }

            await surroundings.Error.WriteLineAsync("dp: nothing is wrong with it");
            return ExitCode.Done;
        });
        return command;
    }

    private static ExampledCommand New(Surroundings surroundings)
    {
        var name = new Argument<string>("name") { Description = "The package's name: " + PackageReader.NameAllowed };
        var command = new ExampledCommand("new", "Writes a small package that works into a new folder of that name", "dp package new greeter") { name };
        command.SetAction(async (parsed, _) =>
        {
            var chosen = parsed.GetRequiredValue(name);
            if (!PackageReader.IsName(chosen)) throw new UsageException($"a package can't be called '{Rows.Printable(chosen)}' (allowed: {PackageReader.NameAllowed})");
            if (Path.Exists(chosen)) throw new UsageException($"{Path.GetFullPath(chosen)} is there already");
            FirstPackage.Write(Path.GetFullPath(chosen), chosen);
            await surroundings.Output.WriteLineAsync(Path.GetFullPath(chosen));
            await surroundings.Error.WriteLineAsync($"dp: next: dp package check {chosen}, then dp package install {chosen} and dp launch {chosen}");
            return ExitCode.Done;
        });
        return command;
    }

    private static ExampledCommand Install(Surroundings surroundings)
    {
        var folder = Folder();
        var command = new ExampledCommand("install", "Installs a package, or further versions of one, where the control plane is: it can be launched at once. What clusters run on stays as it is", "dp package install greeter", "dp package install greeter -o json") { folder };
        command.Aliases.Add("update");
        command.SetAction(async (parsed, cancellation) =>
        {
            var path = Existing(parsed.GetRequiredValue(folder));
            var problems = Problems(path);
            if (problems.Count > 0)
            {
                var told = problems.Select(problem => Rows.Printable(problem.ToString())).ToList();
                if (!parsed.WantsJson()) foreach (var problem in told) await surroundings.Error.WriteLineAsync(problem);
                await ErrorOutput.Of(surroundings, parsed).WriteAsync($"{Count(problems.Count)}: nothing was installed", parsed.WantsJson() ? string.Join("; ", told) : null);
                return ExitCode.Failed;
            }

            using var client = surroundings.Connect();
            var installed = await client.InstallPackageAsync(PackageArchive.Pack(path), cancellation);
            if (parsed.WantsJson()) await JsonOutput.WriteAsync(surroundings.Output, installed, ControlPlaneJson.Default.PackageView);
            else
            {
                foreach (var (kept, why) in installed.Kept ?? new Dictionary<string, string>()) await surroundings.Output.WriteLineAsync($"{installed.Name} {kept} stays as it was: it {why}");
                await surroundings.Output.WriteLineAsync($"{installed.Name} {installed.Version} is installed: dp launch {installed.Name}{(installed.Versions is [var newest, ..] && newest != installed.Version ? $" --version {installed.Version}" : "")}");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static ExampledCommand Remove(Surroundings surroundings)
    {
        var name = new Argument<string>("name") { Description = "A package that was installed" };
        var version = Shared.Version("Only this one; all that were installed when absent");
        var command = new ExampledCommand("remove", "Removes a package that was installed and that no cluster uses, or one version of it", "dp package remove greeter", "dp package remove greeter --version 1.0") { name, version };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = surroundings.Connect();
            await client.RemovePackageAsync(parsed.GetRequiredValue(name), parsed.GetValue(version), cancellation);
            await surroundings.Error.WriteLineAsync($"{parsed.GetRequiredValue(name)}{(parsed.GetValue(version) is { } one ? " " + one : "")} is removed");
            return ExitCode.Done;
        });
        return command;
    }

    private static Argument<string> Folder() => new("folder") { Description = $"A folder with a {PackageReader.FileName}" };

    private static string Existing(string folder) =>
        Directory.Exists(folder) ? Path.GetFullPath(folder) : throw new UsageException($"{folder} is no folder (allowed: a folder with a {PackageReader.FileName})");

    private static IReadOnlyList<PackageProblem> Problems(string folder) => PackageReader.Read(folder) is PackageReading.Refused(var problems) ? problems : [];

    private static string Count(int problems) => problems == 1 ? "1 problem" : $"{problems} problems";
}
