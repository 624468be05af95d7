using System.Globalization;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Agent.Launching;

/// <summary>The whole environment of a task: nothing of the agent's own gets through.</summary>
public static class TaskEnvironment
{
    public const string SearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private const string OfAgent = "MESOS_";

    /// <param name="endpoint">The agent's <c>address:port</c>.</param>
    /// <param name="ofImage">What comes with the image: the task's own variables win over it, and it over what every task has.</param>
    public static Dictionary<string, string> Of(
        FrameworkInfo framework, TaskInfo task, string executorId, string containerId, string agentId, string sandbox, string endpoint, string user,
        IEnumerable<(string Name, string Value)>? ofImage = null)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = SearchPath,
            ["HOME"] = sandbox,
            ["PWD"] = sandbox,
            ["USER"] = user,
            ["LOGNAME"] = user,
            ["LANG"] = "C.UTF-8",
            ["MESOS_SANDBOX"] = sandbox,
            ["MESOS_DIRECTORY"] = sandbox,
            ["MESOS_TASK_ID"] = task.TaskId.Value,
            ["MESOS_EXECUTOR_ID"] = executorId,
            ["MESOS_FRAMEWORK_ID"] = framework.Id.Value,
            ["MESOS_AGENT_ID"] = agentId,
            ["MESOS_AGENT_ENDPOINT"] = endpoint,
            ["MESOS_CHECKPOINT"] = "1",
        };
        foreach (var (name, amount) in Allocation(task))
            environment["MESOS_ALLOCATION_" + name.ToUpperInvariant()] = amount;
        foreach (var (name, value) in (ofImage ?? []).Where(each => !each.Name.StartsWith(OfAgent, StringComparison.Ordinal)))
            environment[name] = value;
        Add(environment, task.Command.Environment);
        // Last: by this the processes of a task are found again, so no task may change it.
        environment[Isolation.ProcessIsolation.Marker] = containerId;
        return environment;
    }

    public static void Add(Dictionary<string, string> environment, EnvironmentVariables? given)
    {
        foreach (var variable in given?.Variables ?? [])
        {
            environment[variable.Name] = variable.Type == EnvironmentVariables.Types.Variable.Types.Type.Secret
                ? variable.Secret.Value.Data.ToStringUtf8()
                : variable.Value;
        }
    }

    private static IEnumerable<(string Name, string Amount)> Allocation(TaskInfo task) => task.Resources
        .Where(each => each.Scalar is not null && each.Name.All(char.IsAsciiLetterOrDigit))
        .GroupBy(each => each.Name)
        .Select(group => (group.Key, group.Sum(each => each.Scalar.Value).ToString(CultureInfo.InvariantCulture)));
}
