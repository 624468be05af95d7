using System.Text;

using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <summary>Brings generated files into the store just before the tasks that need them are launched.</summary>
internal static class GeneratedFiles
{
    /// <summary>Puts the files and replaces their placeholders in the call by addresses.</summary>
    public static async Task PutAsync(SchedulerCall call, IReadOnlyList<GeneratedFile> files, IArtifactSource artifacts, CancellationToken cancellationToken)
    {
        var urls = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            var stored = await artifacts.PutAsync(Path.GetFileName(file.Path), Encoding.UTF8.GetBytes(file.Content), cancellationToken);
            urls[TaskInfos.GeneratedScheme + TaskInfos.DigestOf(file)] = stored.Url;
        }
        foreach (var uri in call.Accept.Operations.SelectMany(operation => operation.Launch.TaskInfos).SelectMany(task => task.Command.Uris))
            if (urls.TryGetValue(uri.Value, out var url))
                uri.Value = url;
    }
}
