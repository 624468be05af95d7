using System.Text.Json;
using DataPlatform.Core.Client.Http;

namespace DataPlatform.Integration.Tests.Platform;

/// <summary>Who the parts of a platform are to each other, and the files that tell them: secrets of this one platform, and rights.</summary>
internal sealed class PlatformCredentials
{
    private readonly string folder;

    public PlatformCredentials(string folder)
    {
        this.folder = folder;
        var (agent, console) = (Credential("agent"), Credential("control-plane"));
        AgentFile = WritePrivate("agent.json", Json(agent));
        ControlPlaneFile = WritePrivate("control-plane.json", Json(console));
        AllFile = WritePrivate("credentials.json", List(agent, console, Frameworks, Operators));
        AgentCallersFile = WritePrivate("agent-callers.json", List(console, Operators));
        AccessFile = WritePrivate("acls.json", Access);
    }

    public MesosCredential Frameworks { get; } = Credential("tests");

    public MesosCredential Operators { get; } = Credential("operator");

    /// <summary>Of all that may call a master.</summary>
    public string AllFile { get; }

    public string AgentFile { get; }

    public string ControlPlaneFile { get; }

    public string AgentCallersFile { get; }

    public string AccessFile { get; }

    /// <summary>As small as the platform works with: each part may do its own work, and only that.</summary>
    private const string Access = """
        {"register_agents":[{"principals":{"values":["agent"]},"agents":{"type":"ANY"}}],
         "register_frameworks":[{"principals":{"values":["tests","control-plane"]},"roles":{"type":"ANY"}}],
         "run_tasks":[{"principals":{"values":["tests","control-plane"]},"users":{"type":"ANY"}}],
         "reserve_resources":[{"principals":{"values":["tests","operator","control-plane"]},"roles":{"type":"ANY"}}],
         "unreserve_resources":[{"principals":{"values":["tests","operator","control-plane"]},"reserver_principals":{"type":"ANY"}}],
         "create_volumes":[{"principals":{"values":["tests","operator","control-plane"]},"roles":{"type":"ANY"}}],
         "destroy_volumes":[{"principals":{"values":["tests","operator","control-plane"]},"creator_principals":{"type":"ANY"}}],
         "resize_volumes":[{"principals":{"values":["tests","operator","control-plane"]},"roles":{"type":"ANY"}}],
         "view_frameworks":[{"principals":{"values":["operator","control-plane"]},"users":{"type":"ANY"}}],
         "view_tasks":[{"principals":{"values":["operator","control-plane"]},"users":{"type":"ANY"}}],
         "view_executors":[{"principals":{"values":["operator","control-plane"]},"users":{"type":"ANY"}}],
         "view_containers":[{"principals":{"values":["operator","control-plane"]},"users":{"type":"ANY"}}],
         "view_roles":[{"principals":{"values":["operator","control-plane"]},"roles":{"type":"ANY"}}],
         "view_flags":[{"principals":{"values":["operator"]},"flags":{"type":"ANY"}}],
         "get_endpoints":[{"principals":{"values":["operator","control-plane"]},"paths":{"type":"ANY"}}],
         "access_sandboxes":[{"principals":{"values":["operator","control-plane"]},"users":{"type":"ANY"}}],
         "launch_nested_container_sessions_under_parent_with_user":[{"principals":{"values":["control-plane"]},"users":{"type":"ANY"}}],
         "launch_nested_container_sessions_as_user":[{"principals":{"values":["control-plane"]},"users":{"type":"ANY"}}],
         "wait_nested_containers":[{"principals":{"values":["control-plane"]},"users":{"type":"ANY"}}],
         "attach_containers_input":[{"principals":{"values":["control-plane"]},"users":{"type":"ANY"}}],
         "teardown_frameworks":[{"principals":{"values":["operator"]},"framework_principals":{"type":"ANY"}}],
         "mark_agents_gone":[{"principals":{"values":["operator"]},"agents":{"type":"ANY"}}]}
        """;

    private static MesosCredential Credential(string principal) => new(principal, Guid.NewGuid().ToString("N"));

    private static string Json(MesosCredential credential) =>
        JsonSerializer.Serialize(new { principal = credential.Principal, secret = credential.Secret });

    private static string List(params MesosCredential[] credentials) => $$"""{"credentials":[{{string.Join(',', credentials.Select(Json))}}]}""";

    private string WritePrivate(string name, string text)
    {
        var path = Path.Combine(folder, name);
        using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        file.Write(System.Text.Encoding.UTF8.GetBytes(text));
        return path;
    }
}
