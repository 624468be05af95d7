namespace DataPlatform.Services.Agent.Isolation;

/// <summary>Finds out what this host permits.</summary>
public static class HostIsolation
{
    /// <param name="choice"><c>auto</c>, <c>cgroups</c> or <c>processes</c>.</param>
    /// <param name="group">Path of this agent's group below each cgroup root.</param>
    /// <exception cref="IOException">cgroups were asked for and can't be used.</exception>
    public static ContainerIsolation Open(string choice, string group)
    {
        if (choice == "processes")
            return new ProcessIsolation("asked for by --isolation");
        var mounts = File.ReadAllLines("/proc/self/mountinfo").Select(CgroupMount.Parse).OfType<CgroupMount>().ToList();
        var reason = "no cgroup file system is mounted";
        var controllers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var mount in mounts.Where(each => !each.Unified))
            foreach (var controller in mount.Controllers)
                controllers.TryAdd(controller, mount.Path);
        if (controllers.ContainsKey("memory") && CgroupV1Isolation.Open(controllers, group, out reason) is { } first)
            return first;
        if (mounts.FirstOrDefault(each => each.Unified) is { } unified && CgroupV2Isolation.Open(unified.Path, group, out reason) is { } second)
            return second;
        return choice == "cgroups"
            ? throw new IOException($"--isolation cgroups, but cgroups can't be used: {reason}")
            : new ProcessIsolation(reason);
    }
}
