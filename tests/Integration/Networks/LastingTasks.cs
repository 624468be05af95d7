using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Integration.Tests.Platform;

namespace DataPlatform.Integration.Tests.Networks;

/// <summary>One task on each agent, which writes all along: whatever happens between hosts, it must not notice.</summary>
internal sealed class LastingTasks
{
    private readonly string folder;
    private readonly TestFramework framework;
    private readonly Dictionary<string, string> agents = [];
    private HashSet<string> first = [];

    private LastingTasks(string folder, TestFramework framework) => (this.folder, this.framework) = (folder, framework);

    public IReadOnlyCollection<string> Ids => agents.Keys;

    public static async Task<LastingTasks> StartAsync(string folder, TestFramework framework, IEnumerable<string> agents)
    {
        var tasks = new LastingTasks(folder, framework);
        foreach (var agent in agents)
        {
            var id = $"lasting-{tasks.agents.Count + 1}";
            tasks.agents[id] = agent;
            var file = tasks.FileOf(id);
            await framework.LaunchAsync(await framework.OfferAsync(agent), id,
                "/bin/sh", "-c", $"echo started >> {file}; while :; do echo goes on >> {file}; sleep 0.1; done");
            await framework.ReportAsync(id, TaskState.TaskRunning);
        }

        // Those that start a program look like the task itself for a moment.
        var started = tasks.Processes();
        await tasks.GoOnAsync();
        tasks.first = started.Intersect(tasks.Processes()).ToHashSet();
        tasks.first.Count.ShouldBeGreaterThanOrEqualTo(tasks.agents.Count);
        return tasks;
    }

    public string On(string agentId) => agents.Single(pair => pair.Value == agentId).Key;

    /// <summary>The same processes as at the start, each started once, none of them told to have ended, and all of them at work.</summary>
    public async Task AreUntouchedAsync()
    {
        await GoOnAsync();
        first.Except(Processes()).ShouldBeEmpty("processes of tasks are gone");
        foreach (var id in agents.Keys) File.ReadLines(FileOf(id)).Count(line => line == "started").ShouldBe(1);
        framework.Reports.Where(report => agents.ContainsKey(report.TaskId.Value)).Select(report => report.State).Distinct()
            .ShouldBeSubsetOf([TaskState.TaskStarting, TaskState.TaskRunning, TaskState.TaskUnreachable]);
    }

    private Task GoOnAsync()
    {
        var before = agents.Keys.ToDictionary(id => id, Lines);
        return Eventually.HoldsAsync(() => agents.Keys.All(id => Lines(id) > before[id] + 1), "all tasks to go on");
    }

    private string FileOf(string id) => Path.Combine(folder, id);

    private int Lines(string id) => File.ReadLines(FileOf(id)).Count();

    /// <summary>With the moment of their start, as ids are used again.</summary>
    private HashSet<string> Processes() => [.. Directory.EnumerateDirectories("/proc").Select(Describe).OfType<string>()];

    private string? Describe(string process)
    {
        try
        {
            if (!int.TryParse(Path.GetFileName(process), out var id) || !File.ReadAllText(Path.Combine(process, "cmdline")).Contains(folder + "/lasting-", StringComparison.Ordinal))
                return null;
            // After the name, which may hold anything, the moment is the twentieth.
            var stat = File.ReadAllText(Path.Combine(process, "stat"));
            return $"{id} {stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19]}";
        }
        catch (IOException)
        {
            return null;
        }
    }
}
