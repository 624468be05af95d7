using DataPlatform.Integration.Tests.Platform;
using DataPlatform.Operators.Sdk.Clusters;
using Shouldly;

namespace DataPlatform.Integration.Tests.Operators;

/// <summary>A program of somebody who is connected to a cluster: it finds in its environment what tasks of a connected cluster find.</summary>
internal static class ConnectedProgram
{
    /// <param name="folder">Where it runs, and where the files are that the environment names.</param>
    /// <returns>What it wrote.</returns>
    public static async Task<string> RunAsync(ClusterConnection connection, string folder, string program, IReadOnlyList<string> arguments, params (string Name, string Value)[] further)
    {
        foreach (var file in connection.Keys.Files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, file.Path))!);
            await File.WriteAllTextAsync(Path.Combine(folder, file.Path), file.Content);
        }

        var environment = connection.Environment.Concat(connection.Keys.Variables)
            .Concat(connection.Keys.Paths.Select(path => KeyValuePair.Create(path.Key, Path.Combine(folder, path.Value))))
            .Concat(further.Select(each => KeyValuePair.Create(each.Name, each.Value)));
        var ended = await EndedProgram.RunAsync(program, arguments, folder, environment);
        ended.ExitCode.ShouldBe(0, $"{ended.Output}\n{ended.Error}");
        return ended.Output;
    }
}
