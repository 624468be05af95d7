using System.Globalization;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Isolation;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Hosting.Files;

namespace DataPlatform.Services.Agent.Disk;

/// <summary>
/// Files that a task's processes have open and that have no name any more: their room is taken until they are closed. Only the first
/// processes and the first files of each are looked at; what is mapped into memory and not open is not found.
/// </summary>
internal sealed class DeletedFiles(ContainerIsolation isolation)
{
    private const int MostProcesses = 64;
    private const int MostFiles = 256;
    private const string Deleted = " (deleted)";

    /// <param name="folder">Only files of its file system count: memory is bounded elsewhere.</param>
    public void AddTo(FolderSize size, IEnumerable<TaskRun> runs, string folder)
    {
        if (FileStatus.Of(folder) is not { } top)
            return;
        foreach (var pid in runs.SelectMany(run => isolation.Members(run.ContainerId, run.Pid)).Take(MostProcesses))
        {
            foreach (var link in Open(pid))
            {
                // Followed on purpose: the kernel leads to the open file itself.
                if (FileStatus.Behind(link) is { IsRegular: true, Links: 0 } status && status.Device == top.Device)
                    size.Add(status);
            }
        }
    }

    private static List<string> Open(int pid)
    {
        try
        {
            return new DirectoryInfo($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/fd").EnumerateFileSystemInfos().Take(MostFiles)
                .Where(each => each.LinkTarget?.EndsWith(Deleted, StringComparison.Ordinal) == true).Select(each => each.FullName).ToList();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return []; // It has just ended.
        }
    }
}
