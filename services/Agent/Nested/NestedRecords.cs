using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Hosting.Files;
using Google.Protobuf;

namespace DataPlatform.Services.Agent.Nested;

/// <summary>
/// Which containers within tasks' outlive this process of the agent, or have ended with their exit status known: for each a folder with
/// its id and what its supervisor leaves there, under <c>work-dir/meta</c>.
/// </summary>
internal sealed class NestedRecords(string workDirectory)
{
    private const string IdFile = "container";
    private readonly string root = Path.Combine(workDirectory, "meta", "nested");

    /// <summary>Before anything of the container is started.</summary>
    /// <exception cref="IOException">It can't be made.</exception>
    public string Make(NestedId id, Guid folder)
    {
        Directory.CreateDirectory(root, AtomicFile.OwnerFolder);
        var directory = Directory.CreateDirectory(Path.Combine(root, folder.ToString("N")), AtomicFile.OwnerFolder).FullName;
        AtomicFile.Write(Path.Combine(directory, IdFile), id.ToMessage().ToByteArray());
        return directory;
    }

    /// <summary>Those whose containers stand within others after these.</summary>
    public IReadOnlyList<(NestedName Name, string Directory)> Read()
    {
        var found = new List<(NestedName Name, string Directory)>();
        foreach (var directory in Folders.In(root))
        {
            if (NameIn(directory) is { } name)
                found.Add((name, directory));
            else
                Directory.Delete(directory, recursive: true); // Nothing was started.
        }

        return [.. found.OrderBy(each => each.Name.Values.Count)];
    }

    public static void Forget(string directory)
    {
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
    }

    private static NestedName? NameIn(string directory)
    {
        var file = Path.Combine(directory, IdFile);
        try
        {
            return File.Exists(file) && NestedName.WhyNot(ContainerID.Parser.ParseFrom(File.ReadAllBytes(file)), "container_id", out var name) is null ? name : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
