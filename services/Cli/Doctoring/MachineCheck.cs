using DataPlatform.Services.Cli.Contexts;
using DataPlatform.Services.Cli.Output;
using DataPlatform.Services.Cli.Quickstart;

namespace DataPlatform.Services.Cli.Doctoring;

/// <summary>Whether this machine has what a quickstart, or an agent, runs engines with.</summary>
public static class MachineCheck
{
    private const long LeastDiskMebibytes = 2 * 1024;

    /// <summary>Where the platform is on other machines, what this one lacks is told and nothing to mend.</summary>
    public static IEnumerable<Finding> Run(Surroundings surroundings)
    {
        var isElsewhere = new ContextFiles(surroundings.ConfigurationFile).Used() is { } platform && !new Uri(platform.Url).IsLoopback;
        return Look(surroundings).Select(finding => isElsewhere ? finding with { IsWell = true } : finding);
    }

    private static IEnumerable<Finding> Look(Surroundings surroundings)
    {
        yield return Disk(QuickstartSettings.DefaultDirectory(surroundings.Environment));
        yield return Program(surroundings, "java", "Spark, Kafka and others run on it: apt-get install openjdk-17-jre-headless.");
        yield return Program(surroundings, "python3", "Notebooks and Dask run on it: apt-get install python3 python3-venv.");
        // Few need it.
        yield return Program(surroundings, "podman", "Tasks that run from images need it: apt-get install podman.") with { IsWell = true };
    }

    private static Finding Disk(string directory)
    {
        var there = directory;
        while (!Directory.Exists(there)) there = Path.GetDirectoryName(there)!;
        var free = Machine.FreeDiskMebibytes(there);
        var found = $"{Words.Mebibytes(free)} free for {directory}";
        return free >= LeastDiskMebibytes ? Finding.Well("disk", found) : Finding.Ill("disk", found, $"Make room, {Words.Mebibytes(LeastDiskMebibytes)} at least, or choose another place: dp quickstart --work-dir DIR.");
    }

    private static Finding Program(Surroundings surroundings, string name, string toDo)
    {
        var path = (surroundings.Environment("PATH") ?? "").Split(':').Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        return path is null ? Finding.Ill(name, "not on PATH", toDo) : Finding.Well(name, path);
    }
}
