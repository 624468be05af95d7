namespace DataPlatform.Core.Pool;

/// <summary>Something that rules allow or refuse, under the name that it has in Mesos's file of rules.</summary>
/// <param name="Name">The key of the action's rules in the file.</param>
/// <param name="Objects">The key in each rule of what the action is done to.</param>
public sealed record AccessAction(string Name, string Objects)
{
    private const string Agents = "agents";
    private const string Machines = "machines";
    private const string Principals = "principals";
    private const string Roles = "roles";
    private const string Users = "users";

    /// <summary>Subscribe with the role, or add it.</summary>
    public static AccessAction RegisterFrameworks { get; } = new("register_frameworks", Roles);

    /// <summary>Start tasks and executors as the operating system's user.</summary>
    public static AccessAction RunTasks { get; } = new("run_tasks", Users);

    /// <summary>End frameworks of the principal.</summary>
    public static AccessAction TearDownFrameworks { get; } = new("teardown_frameworks", "framework_principals");

    /// <summary>Bring the resources of a host; the object is the agent's hostname.</summary>
    public static AccessAction RegisterAgents { get; } = new("register_agents", Agents);

    public static AccessAction ReserveResources { get; } = new("reserve_resources", Roles);

    /// <summary>Give back what the principal reserved.</summary>
    public static AccessAction UnreserveResources { get; } = new("unreserve_resources", "reserver_principals");

    public static AccessAction CreateVolumes { get; } = new("create_volumes", Roles);

    /// <summary>Destroy what the principal created.</summary>
    public static AccessAction DestroyVolumes { get; } = new("destroy_volumes", "creator_principals");

    public static AccessAction ResizeVolumes { get; } = new("resize_volumes", Roles);

    public static AccessAction GetQuotas { get; } = new("get_quotas", Roles);

    public static AccessAction UpdateQuotas { get; } = new("update_quotas", Roles);

    public static AccessAction UpdateWeights { get; } = new("update_weights", Roles);

    public static AccessAction ViewRoles { get; } = new("view_roles", Roles);

    /// <summary>See frameworks whose default user is the object.</summary>
    public static AccessAction ViewFrameworks { get; } = new("view_frameworks", Users);

    public static AccessAction ViewTasks { get; } = new("view_tasks", Users);

    public static AccessAction ViewExecutors { get; } = new("view_executors", Users);

    /// <summary>List and read files of tasks of the user: secrets may be among them.</summary>
    public static AccessAction AccessSandboxes { get; } = new("access_sandboxes", Users);

    /// <summary>GET what has no action of its own, such as /metrics/snapshot.</summary>
    public static AccessAction GetEndpoints { get; } = new("get_endpoints", "paths");

    public static AccessAction ViewFlags { get; } = new("view_flags", "flags");

    public static AccessAction SetLogLevel { get; } = new("set_log_level", "level");

    /// <summary>The object of this and the next three is the agent's id.</summary>
    public static AccessAction MarkAgentsGone { get; } = new("mark_agents_gone", Agents);

    public static AccessAction DrainAgents { get; } = new("drain_agents", Agents);

    public static AccessAction DeactivateAgents { get; } = new("deactivate_agents", Agents);

    public static AccessAction ReactivateAgents { get; } = new("reactivate_agents", Agents);

    /// <summary>The object of this and the next four is the machine's hostname in lower case, or its IP address where it has none.</summary>
    public static AccessAction GetMaintenanceSchedules { get; } = new("get_maintenance_schedules", Machines);

    public static AccessAction UpdateMaintenanceSchedules { get; } = new("update_maintenance_schedules", Machines);

    public static AccessAction GetMaintenanceStatuses { get; } = new("get_maintenance_statuses", Machines);

    public static AccessAction StartMaintenances { get; } = new("start_maintenances", Machines);

    public static AccessAction StopMaintenances { get; } = new("stop_maintenances", Machines);

    public static AccessAction ViewContainers { get; } = new("view_containers", Users);

    public static AccessAction LaunchNestedContainerSessionsAsUser { get; } = new("launch_nested_container_sessions_as_user", Users);

    public static AccessAction LaunchNestedContainerSessions { get; } = new("launch_nested_container_sessions_under_parent_with_user", Users);

    public static AccessAction LaunchNestedContainersAsUser { get; } = new("launch_nested_containers_as_user", Users);

    public static AccessAction LaunchNestedContainers { get; } = new("launch_nested_containers_under_parent_with_user", Users);

    public static AccessAction KillNestedContainers { get; } = new("kill_nested_containers", Users);

    public static AccessAction WaitNestedContainers { get; } = new("wait_nested_containers", Users);

    public static AccessAction RemoveNestedContainers { get; } = new("remove_nested_containers", Users);

    public static AccessAction AttachContainersInput { get; } = new("attach_containers_input", Users);

    public static AccessAction AttachContainersOutput { get; } = new("attach_containers_output", Users);

    /// <summary>Those that nothing here does stand here too, so that a file written for Mesos is understood whole.</summary>
    public static IReadOnlyList<AccessAction> All { get; } =
    [
        RegisterFrameworks, RunTasks, TearDownFrameworks, RegisterAgents, ReserveResources, UnreserveResources, CreateVolumes,
        DestroyVolumes, ResizeVolumes, GetQuotas, UpdateQuotas, UpdateWeights, ViewRoles, ViewFrameworks, ViewTasks, ViewExecutors,
        AccessSandboxes, GetEndpoints, ViewFlags, SetLogLevel, MarkAgentsGone, DrainAgents, DeactivateAgents, ReactivateAgents,
        GetMaintenanceSchedules, UpdateMaintenanceSchedules, GetMaintenanceStatuses, StartMaintenances, StopMaintenances,
        ViewContainers, LaunchNestedContainerSessionsAsUser, LaunchNestedContainerSessions, LaunchNestedContainersAsUser,
        LaunchNestedContainers, KillNestedContainers, WaitNestedContainers, RemoveNestedContainers, AttachContainersInput,
        AttachContainersOutput,
        new("access_mesos_logs", "logs"), new("prune_images", "images"), new("view_resource_providers", "resource_providers"),
        new("modify_resource_provider_configs", "resource_providers"), new("mark_resource_providers_gone", "resource_providers"),
        new("create_block_disks", Roles), new("destroy_block_disks", Roles), new("create_mount_disks", Roles),
        new("destroy_mount_disks", Roles), new("destroy_raw_disks", Roles), new("view_standalone_containers", Users),
        new("launch_standalone_containers", Users), new("kill_standalone_containers", Users),
        new("wait_standalone_containers", Users), new("remove_standalone_containers", Users),
    ];

    /// <summary>The key in each rule of who does it.</summary>
    public const string Subjects = Principals;
}
