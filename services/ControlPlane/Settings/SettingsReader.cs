using System.Net;
using System.Text.Json;

namespace DataPlatform.Services.ControlPlane.Settings;

/// <summary>A setting that can't be used; the message names it, says where it came from and what is allowed.</summary>
public sealed class SettingsException(string message) : Exception(message);

/// <summary>Puts settings together: a flag wins over the environment, that over the configuration file, that over the default.</summary>
public sealed class SettingsReader(IReadOnlyDictionary<string, string> flags, Func<string, string?> environment, string? configFile)
{
    private readonly Dictionary<string, string> file = configFile is null ? [] : ReadFile(configFile);

    public ControlPlaneSettings Read()
    {
        var ip = Parsed("ip", text => IPAddress.TryParse(text, out var address) ? address : null, "an IPv4 or IPv6 address")!;
        var workDir = Folder("work-dir")!;
        var adminToken = Folder("admin-token-file");
        if (!IPAddress.IsLoopback(ip) && adminToken is null)
            throw new SettingsException(
                $"--ip: refusing to listen on {ip} without a configured administrator; give --admin-token-file FILE, or listen on 127.0.0.1");
        return new ControlPlaneSettings
        {
            Ip = ip,
            WorkDir = workDir,
            AdminTokenFile = adminToken,
            Master = Parsed("master", HttpAddress, "an http or https address such as http://127.0.0.1:5050"),
            Port = Parsed("port", text => int.TryParse(text, out var port) && port is >= 0 and <= 65535 ? port : (int?)null, "a number from 0 to 65535")!.Value,
            Hostname = Text("hostname") ?? (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any) ? Dns.GetHostName() : Literal(ip)),
            Lake = Folder("lake") ?? Path.Combine(workDir, "lake"),
            Store = Folder("store") ?? Path.Combine(workDir, "store"),
            CredentialFile = Folder("credential"),
            MavenRepository = Folder("maven-repository"),
            Wheels = Folder("wheels"),
            TaskUser = Text("task-user") ?? Environment.UserName,
            CliConfig = Folder("cli-config"),
            DefaultLifetime = Duration("default-lifetime"),
            LoginLinkLifetime = Duration("login-link-lifetime"),
            KeepDeleted = Duration("keep-deleted"),
        };
    }

    private static string Literal(IPAddress ip) => ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{ip}]" : ip.ToString();

    private static Uri? HttpAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.PathAndQuery == "/" ? uri : null;

    private TimeSpan Duration(string name) =>
        Parsed(name, text => MesosDuration.TryParse(text, out var duration) && duration > TimeSpan.Zero ? duration : (TimeSpan?)null, MesosDuration.Allowed)!.Value;

    private string? Folder(string name)
    {
        var text = Text(name);
        if (text is null) return null;
        if (text == "~" || text.StartsWith("~/", StringComparison.Ordinal))
            text = Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), text[1..]);
        return Path.GetFullPath(text);
    }

    private T? Parsed<T>(string name, Func<string, T?> parse, string allowed)
    {
        var (text, origin) = Find(name);
        if (text is null) return default;
        return parse(text) ?? throw new SettingsException($"{origin}: '{text}' is not allowed; allowed: {allowed}");
    }

    private string? Text(string name) => Find(name).Text;

    private (string? Text, string Origin) Find(string name)
    {
        var setting = Setting.All.First(candidate => candidate.Name == name);
        if (flags.TryGetValue(name, out var flag)) return (flag, setting.Flag);
        if (environment(setting.Variable) is { Length: > 0 } variable) return (variable, setting.Variable);
        return file.TryGetValue(name, out var value) ? (value, $"{configFile}: {name}") : (setting.Default, setting.Flag);
    }

    private static Dictionary<string, string> ReadFile(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var values = new Dictionary<string, string>();
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (Setting.All.All(setting => setting.Name != member.Name))
                    throw new SettingsException($"{path}: '{member.Name}' is no setting; allowed: {string.Join(", ", Setting.All.Select(s => s.Name))}");
                values[member.Name] = member.Value.ToString();
            }

            return values;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            throw new SettingsException($"--config: {path} can't be read as a JSON object: {error.Message}");
        }
    }
}
