using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace DataPlatform.Services.Cli.Quickstart;

/// <summary>Principals and secrets for one run, in files that only their owner reads.</summary>
public sealed class GeneratedCredentials
{
    private readonly string directory;

    private GeneratedCredentials(string directory) => this.directory = directory;

    /// <summary>Everybody who may call the master.</summary>
    public string All => Path.Combine(directory, "credentials.json");

    public string Agent => Path.Combine(directory, "agent.json");

    public string ControlPlane => Path.Combine(directory, "control-plane.json");

    /// <summary>Who may call an agent: the control plane, for logs.</summary>
    public string AgentCallers => Path.Combine(directory, "agent-callers.json");

    public static GeneratedCredentials Write(string directory)
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var credentials = new GeneratedCredentials(directory);
        var (agent, controlPlane) = (Credential("agent"), Credential("control-plane"));
        WriteFile(credentials.Agent, agent);
        WriteFile(credentials.ControlPlane, controlPlane);
        WriteFile(credentials.AgentCallers, new JsonObject { ["credentials"] = new JsonArray(controlPlane.DeepClone()) });
        WriteFile(credentials.All, new JsonObject { ["credentials"] = new JsonArray(agent.DeepClone(), controlPlane.DeepClone()) });
        return credentials;
    }

    private static JsonObject Credential(string principal) =>
        new() { ["principal"] = principal, ["secret"] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)) };

    private static void WriteFile(string path, JsonObject content)
    {
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        using var writer = new StreamWriter(file);
        writer.Write(content.ToJsonString());
    }
}
