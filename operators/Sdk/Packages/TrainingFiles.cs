using System.Net;
using System.Net.Sockets;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Packages;

/// <summary>What a program finds in its folder when it is run for an archive of its classes.</summary>
internal static class TrainingFiles
{
    /// <summary>Writes its files.</summary>
    /// <returns>Its arguments.</returns>
    /// <exception cref="InvalidOperationException">A template does something with a port that can't be done; reading the package finds no more than unknown names.</exception>
    public static IReadOnlyList<string> Write(TrainedProgram program, string folder, LakeOwner owner)
    {
        var known = new Dictionary<string, object> { ["ports"] = Free(program.Ports ?? []) };
        foreach (var (path, file) in program.Files ?? new Dictionary<string, TrainedFile>(0))
        {
            var inside = folder;
            foreach (var part in path.Split('/')[..^1])
            {
                inside = Path.Combine(inside, part);
                Directory.CreateDirectory(inside);
                owner.Own(inside);
            }

            var whole = Path.Combine(folder, path);
            File.WriteAllText(whole, file.IsTemplate ? FileTemplate.Parse(file.Text, path).Render(path, known).Content : file.Text);
            owner.Own(whole);
        }

        return [.. program.Arguments.Select(argument => FileTemplate.Parse(argument, program.Name).Render(program.Name, known).Content)];
    }

    /// <summary>Nobody listens on them now. Somebody may before the program does; it is not ready then, and runs without an archive.</summary>
    private static Dictionary<string, object> Free(IReadOnlyList<string> names)
    {
        var listeners = names.Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        try
        {
            foreach (var listener in listeners)
                listener.Start();
            return names.Zip(listeners, (name, listener) => (name, ((IPEndPoint)listener.LocalEndpoint).Port)).ToDictionary(each => each.name, each => (object)each.Port);
        }
        finally
        {
            foreach (var listener in listeners)
                listener.Dispose();
        }
    }
}
