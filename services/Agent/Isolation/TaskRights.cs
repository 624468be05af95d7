using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;

namespace DataPlatform.Services.Agent.Isolation;

/// <summary>What a task's processes may do: what their user may, and nothing that root may beyond that.</summary>
internal static class TaskRights
{
    private const int LastCapability = 63;
    private const nint DropFromBounds = 24;
    private const nint NoNewPrivileges = 38;
    private const uint CapabilitiesVersion = 0x20080522;

    /// <summary>Of new files, whatever the agent was started with.</summary>
    public const nint UsualMask = 0x12; // 022

    /// <summary>
    /// Of a root task, where the pool's operator allows one: its own files and processes. Not mounts, devices, modules, the
    /// network's set-up, other processes' memory.
    /// </summary>
    private static readonly int[] OfRoot = [0, 1, 3, 4, 5, 6, 7, 10]; // chown, dac_override, fowner, fsetid, kill, setgid, setuid, net_bind_service

    /// <summary>Gives up, on the calling thread, everything that the task's user does not have. There is no way back.</summary>
    public static void GiveUp(SystemCalls calls, HostUser user)
    {
        for (var capability = 0; capability <= LastCapability; capability++)
        {
            if (user.Id != 0 || !OfRoot.Contains(capability))
                calls.Add("drop a capability", SystemCall.ProcessControl, DropFromBounds, capability, mayFail: true); // The kernel knows fewer.
        }

        calls.Add("refuse new privileges", SystemCall.ProcessControl, NoNewPrivileges, 1);
        calls.Add("set the mask of new files", SystemCall.Umask, UsualMask);
        var groups = user.Groups.ToArray();
        calls.Add($"take the groups of user {user.Name}", SystemCall.SetGroups, groups.Length, calls.Numbers(groups));
        calls.Add($"become a member of group {user.GroupId}", SystemCall.SetGroupIds, (nint)user.GroupId, (nint)user.GroupId, (nint)user.GroupId);
        calls.Add($"become user {user.Name}", SystemCall.SetUserIds, (nint)user.Id, (nint)user.Id, (nint)user.Id);
        if (user.Id != 0)
            calls.Add("give up capabilities", SystemCall.SetCapabilities, calls.Numbers(CapabilitiesVersion, 0), calls.Numbers(0, 0, 0, 0, 0, 0));
    }
}
