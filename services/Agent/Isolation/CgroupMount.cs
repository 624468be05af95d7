namespace DataPlatform.Services.Agent.Isolation;

/// <summary>One mounted cgroup tree.</summary>
internal sealed record CgroupMount(string Path, bool Unified, IReadOnlyList<string> Controllers)
{
    /// <summary>Null when the line of <c>/proc/self/mountinfo</c> is about something else.</summary>
    public static CgroupMount? Parse(string line)
    {
        var halves = line.Split(" - ", 2);
        if (halves.Length < 2)
            return null;
        var left = halves[0].Split(' ');
        var right = halves[1].Split(' ');
        if (left.Length < 5 || right.Length < 3)
            return null;
        return right[0] switch
        {
            "cgroup2" => new CgroupMount(left[4], true, []),
            "cgroup" => new CgroupMount(left[4], false, right[2].Split(',')),
            _ => null,
        };
    }
}
