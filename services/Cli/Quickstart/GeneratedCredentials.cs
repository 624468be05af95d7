using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace DataPlatform.Services.Cli.Quickstart;

/// <summary>
/// Principals and secrets for one run, each in a file that only its owner reads, and what each principal may do. Every agent has
/// one of its own, so that none can pass for another.
/// </summary>
public sealed class GeneratedCredentials
{
    private const string ControlPlanePrincipal = "control-plane";
    private const string OperatorPrincipal = "operator";

    private readonly string directory;

    private GeneratedCredentials(string directory) => this.directory = directory;

    /// <summary>Everybody who may call the master.</summary>
    public string All => Path.Combine(directory, "credentials.json");

    /// <summary>Who of them may do what, at the master and at the agents.</summary>
    public string Rules => Path.Combine(directory, "acls.json");

    public string ControlPlane => Path.Combine(directory, "control-plane.json");

    /// <summary>For a person with an HTTP client.</summary>
    public string Operator => Path.Combine(directory, "operator.json");

    /// <summary>Who may call an agent: the control plane, for logs, and operators.</summary>
    public string AgentCallers => Path.Combine(directory, "agent-callers.json");

    /// <param name="number">From 1.</param>
    public string Agent(int number) => Path.Combine(directory, $"{AgentPrincipal(number)}.json");

    public static GeneratedCredentials Write(string directory, int agents)
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var credentials = new GeneratedCredentials(directory);
        var (controlPlane, person) = (Credential(ControlPlanePrincipal), Credential(OperatorPrincipal));
        var hosts = Enumerable.Range(1, agents).Select(number => Credential(AgentPrincipal(number))).ToList();
        foreach (var (index, host) in hosts.Index())
            WriteFile(credentials.Agent(index + 1), host);
        WriteFile(credentials.ControlPlane, controlPlane);
        WriteFile(credentials.Operator, person);
        WriteFile(credentials.AgentCallers, List([controlPlane, person]));
        WriteFile(credentials.All, List([.. hosts, controlPlane, person]));
        WriteFile(credentials.Rules, AccessFile(agents));
        return credentials;
    }

    /// <summary>Agents bring hosts, the control plane runs frameworks and looks, operators do the rest. Nobody else does anything.</summary>
    private static JsonObject AccessFile(int agents)
    {
        var hosts = Enumerable.Range(1, agents).Select(AgentPrincipal).ToArray();
        string[] watchers = [ControlPlanePrincipal, OperatorPrincipal];
        return new JsonObject
        {
            ["register_agents"] = Allow(hosts, "agents"),
            ["register_frameworks"] = Allow([ControlPlanePrincipal], "roles"),
            ["run_tasks"] = Allow([ControlPlanePrincipal], "users"),
            ["reserve_resources"] = Allow(watchers, "roles"),
            ["unreserve_resources"] = Allow(watchers, "reserver_principals"),
            ["create_volumes"] = Allow(watchers, "roles"),
            ["destroy_volumes"] = Allow(watchers, "creator_principals"),
            ["resize_volumes"] = Allow(watchers, "roles"),
            ["view_frameworks"] = Allow(watchers, "users"),
            ["view_tasks"] = Allow(watchers, "users"),
            ["view_executors"] = Allow(watchers, "users"),
            ["view_containers"] = Allow(watchers, "users"),
            ["view_roles"] = Allow(watchers, "roles"),
            ["view_flags"] = Allow(watchers, "flags"),
            ["get_quotas"] = Allow(watchers, "roles"),
            ["get_endpoints"] = Allow(watchers, "paths"),
            ["access_sandboxes"] = Allow(watchers, "users"),
            ["launch_nested_container_sessions_under_parent_with_user"] = Allow(watchers, "users"),
            ["launch_nested_container_sessions_as_user"] = Allow(watchers, "users"),
            ["wait_nested_containers"] = Allow(watchers, "users"),
            ["attach_containers_input"] = Allow(watchers, "users"),
            ["launch_nested_containers_under_parent_with_user"] = Allow([OperatorPrincipal], "users"),
            ["launch_nested_containers_as_user"] = Allow([OperatorPrincipal], "users"),
            ["kill_nested_containers"] = Allow([OperatorPrincipal], "users"),
            ["remove_nested_containers"] = Allow([OperatorPrincipal], "users"),
            ["attach_containers_output"] = Allow([OperatorPrincipal], "users"),
            ["update_quotas"] = Allow([OperatorPrincipal], "roles"),
            ["update_weights"] = Allow([OperatorPrincipal], "roles"),
            ["teardown_frameworks"] = Allow(watchers, "framework_principals"),
            ["mark_agents_gone"] = Allow([OperatorPrincipal], "agents"),
            ["drain_agents"] = Allow([OperatorPrincipal], "agents"),
            ["deactivate_agents"] = Allow([OperatorPrincipal], "agents"),
            ["reactivate_agents"] = Allow([OperatorPrincipal], "agents"),
            ["get_maintenance_schedules"] = Allow([OperatorPrincipal], "machines"),
            ["update_maintenance_schedules"] = Allow([OperatorPrincipal], "machines"),
            ["get_maintenance_statuses"] = Allow([OperatorPrincipal], "machines"),
            ["start_maintenances"] = Allow([OperatorPrincipal], "machines"),
            ["stop_maintenances"] = Allow([OperatorPrincipal], "machines"),
            ["set_log_level"] = Allow([OperatorPrincipal], "level"),
        };
    }

    private static JsonArray Allow(string[] principals, string objects) => new(new JsonObject
    {
        ["principals"] = new JsonObject { ["values"] = new JsonArray([.. principals.Select(principal => JsonValue.Create(principal))]) },
        [objects] = new JsonObject { ["type"] = "ANY" },
    });

    private static string AgentPrincipal(int number) => $"agent-{number}";

    private static JsonObject List(IEnumerable<JsonObject> credentials) =>
        new() { ["credentials"] = new JsonArray([.. credentials.Select(credential => credential.DeepClone())]) };

    private static JsonObject Credential(string principal) =>
        new() { ["principal"] = principal, ["secret"] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)) };

    private static void WriteFile(string path, JsonObject content)
    {
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        using var writer = new StreamWriter(file);
        writer.Write(content.ToJsonString());
    }
}
