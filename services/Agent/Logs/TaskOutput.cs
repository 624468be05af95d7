using System.Text;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Sandboxes;
using DataPlatform.Services.Agent.Volumes;
using DataPlatform.Services.Hosting.Files;
using VariableType = DataPlatform.Core.Protocol.Mesos.EnvironmentVariables.Types.Variable.Types.Type;

namespace DataPlatform.Services.Agent.Logs;

/// <summary>Reads what tasks have written, while their sandboxes and secrets are still there.</summary>
internal sealed class TaskOutput(SandboxPaths sandboxes, SecretFiles secrets)
{
    private const int Window = 16 * 1024;

    /// <summary>Of its errors, or of its output where it wrote none. None of a task that does not ask for it.</summary>
    public IReadOnlyList<string> LastLines(TaskRun run)
    {
        if (!run.Task.TellLastLines || sandboxes.Find(run) is not { } sandbox)
            return [];
        try
        {
            var known = SecretsOf(run).Distinct(StringComparer.Ordinal).ToList();
            var errors = Logs.LastLines.Of(ReadEnd(sandbox, "stderr"), known);
            return errors.Count > 0 ? errors : Logs.LastLines.Of(ReadEnd(sandbox, "stdout"), known);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return []; // Without its secrets known nothing is told, and its end is told in any case.
        }
    }

    /// <summary>Whole lines: one that began before is left out.</summary>
    private static string ReadEnd(string sandbox, string log)
    {
        using var file = ContainedFiles.OpenRead(sandbox, log);
        if (file is null)
            return "";
        var from = Math.Max(0, RandomAccess.GetLength(file) - Window);
        var buffer = new byte[Window];
        var text = Encoding.UTF8.GetString(buffer, 0, RandomAccess.Read(file, buffer, from));
        return from == 0 ? text : text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..];
    }

    private IEnumerable<string> SecretsOf(TaskRun run) =>
        (run.Task.Command?.Environment?.Variables ?? []).Where(variable => variable.Type == VariableType.Secret)
        .SelectMany(variable => KnownSecrets.InValue(variable.Secret.Value.Data.ToStringUtf8()))
        .Concat(secrets.Read(run.ContainerId).SelectMany(KnownSecrets.InFile));
}
