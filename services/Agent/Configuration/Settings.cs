using DataPlatform.Services.Hosting.Settings;

namespace DataPlatform.Services.Agent.Configuration;

/// <summary>All that an agent can be told, with Mesos's names where Mesos has the setting.</summary>
internal static class Settings
{
    public static readonly SettingList All = new(
        "dp-agent", "offers this host's resources to a master and runs tasks.",
        "dp-agent --master http://127.0.0.1:5050 --port 5051 --work-dir /tmp/agent-1 --resources 'cpus:4;mem:4096;disk:10240;ports:[31000-31999]'",
    [
        new("master", "URL,...", "http://127.0.0.1:5050", "where masters answer; those that do not lead send on to the one that does"),
        new("ip", "ADDRESS", "127.0.0.1", "address to serve on; anything but loopback needs --http-credentials"),
        new("port", "PORT", "5051", "port to serve on; 0 takes a free one"),
        new("hostname", "NAME", null, "name by which others reach this host (default: --ip)"),
        CommonSettings.AllowedHosts,
        new("work-dir", "DIR", "/var/lib/dataplatform/agent", "where checkpoints and sandboxes are"),
        new("resources", "TEXT", null, "what is offered, as 'cpus:4;mem:4096;disk:10240;ports:[31000-31999]'; what is left out is measured"),
        new("attributes", "TEXT", null, "what operators may place by, as 'rack:r1;zone:a'"),
        new("credential", "FILE", null, "JSON file with principal and secret for the master"),
        new("http-credentials", "FILE", null, "JSON file with the credentials that may call this agent's API"),
        new("acls", "FILE", null, "who of them may do what, in Mesos's form; what it does not allow is refused. Needed with --http-credentials"),
        new("isolation", "auto|cgroups|processes", "auto", "how tasks are held: cgroups where permitted, else process sessions"),
        new("cgroups-root", "NAME", "dataplatform", "name of the group under each cgroup root"),
        new("cgroups-enable-cfs", "", "false", "bound cpu by the request even when the host is idle", IsSwitch: true),
        new("pids-limit", "COUNT", "8192", "most processes and threads of one task; 0 for no bound"),
        new("nofile-limit", "COUNT", "16384", "most open files of one process of a task"),
        new("enforce-container-disk-quota", "", "true", "end a task that holds more disk, in its sandbox or a persistent volume, than its resources allow", IsSwitch: true),
        new("container-disk-watch-interval", "DURATION", "1secs", "how often that is looked at; where looking takes long, more seldom"),
        new("container-disk-without-quota", "BYTES", null, "most that a task without any disk resource may hold in its sandbox (default: no bound)"),
        new("switch-user", "", "true", "run tasks as the user that they ask for (needs root)", IsSwitch: true),
        new("task-users", "NAMES", "nobody", "users of this host that tasks may ask for, with ',' between them; '*' for all; never root"),
        new("task-uids", "FIRST-LAST", "200000-299999", "ids for tasks that ask for no user: one for each framework (needs root)"),
        new("allow-root-tasks", "", "false", "run tasks as root that ask for it", IsSwitch: true),
        new("task-folders", "DIRS", null, "folders, with ':' between them, that all tasks use at their own paths although they lie in /tmp or where only their owner enters, as the lake may"),
        new("host-volume-folders", "DIRS", null, "folders, with ':' between them, below which tasks may have volumes of this host (host_path); beside those of --task-folders, none by default"),
        new("image-providers", "NAMES", null, "docker: tasks may run from images, as docker and podman build them (needs root and podman); by default none do"),
        new("docker-registry", "URL|DIR", "https://registry-1.docker.io", "where images come from: a registry, or a folder of archives NAME.tar or NAME:TAG.tar that podman save or docker save wrote"),
        new("docker-store-dir", "DIR", null, "where podman keeps this agent's images, apart from all others of this host (default: work-dir/images)"),
        new("executor-shutdown-grace-period", "DURATION", "5secs", "between SIGTERM, or an executor's SHUTDOWN, and SIGKILL where task or executor say nothing"),
        new("executor-registration-timeout", "DURATION", "1mins", "an executor that has not subscribed so long after its start is ended"),
        new("executor-reregistration-timeout", "DURATION", "15secs", "the same after a start of this agent, for executors that it finds"),
        new("recovery-timeout", "DURATION", "15mins", "how long executors are told to wait for this agent to come back"),
        new("stop-tasks-on-exit", "", "false", "end all tasks when this agent is stopped, instead of leaving them to the next start", IsSwitch: true),
        new("registration-backoff-factor", "DURATION", "1secs", "first wait before joining a master again; doubles up to 1mins"),
        new("fetcher-cache-dir", "DIR", null, "cache of fetched artifacts; agents of one host may share it (default: work-dir/fetch)"),
        new("fetcher-cache-size", "BYTES", "2GB", "size beyond which what is unused longest leaves the cache"),
        new("fetcher-stall-timeout", "DURATION", "1mins", "a transfer without a byte for so long has failed"),
        new("fetcher-timeout", "DURATION", "1hrs", "for everything that one task fetches"),
        new("fetcher-max-size", "BYTES", "20GB", "largest size of what one task fetches"),
        new("fetcher-local-dirs", "DIRS", null, "folders, with ':' between them, below which tasks may fetch files of this host (file://), as far as their user may read them; none by default"),
        new("max-archive-size", "BYTES", "20GB", "largest size of an unpacked archive"),
        new("max-log-size", "BYTES", "10MB", "size of each of stdout and stderr beyond which old lines make room"),
        new("gc-delay", "DURATION", "1weeks", "how long a sandbox is kept after its task"),
        new("gc-disk-headroom", "FRACTION", "0.1", "part of the disk, in bytes and in inodes, that sandboxes leave free, by going earlier"),
        new("gc-max-sandboxes", "COUNT", "5000", "most sandboxes of tasks that are over; beyond it the oldest go"),
    ]);
}
