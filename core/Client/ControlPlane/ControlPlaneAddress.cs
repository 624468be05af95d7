using System.Text.Json;
using System.Text.Json.Serialization;

namespace DataPlatform.Core.Client.ControlPlane;

/// <summary>Where a control plane is and the token that opens it: the file that it writes for the people of its machine.</summary>
/// <param name="Url">Such as <c>http://127.0.0.1:8080</c>.</param>
/// <param name="Token">Sent as bearer token with every request.</param>
public sealed record ControlPlaneAddress([property: JsonPropertyName("control_plane")] string Url, string? Token)
{
    /// <summary>The file that <c>DP_CONFIG</c> names, else <c>dataplatform/config.json</c> of the user's configuration folder.</summary>
    public static string DefaultFile(Func<string, string?> environment)
    {
        if (environment("DP_CONFIG") is { Length: > 0 } named) return named;
        var folder = environment("XDG_CONFIG_HOME") is { Length: > 0 } configured
            ? configured
            : Path.Combine(environment("HOME") is { Length: > 0 } home ? home : "/", ".config");
        return Path.Combine(folder, "dataplatform", "config.json");
    }

    /// <summary>Reads the file.</summary>
    /// <exception cref="UnreachableException">There is no such file, or it is not what a control plane writes.</exception>
    public static ControlPlaneAddress Read(string file)
    {
        ControlPlaneAddress? address;
        try
        {
            address = JsonSerializer.Deserialize(File.ReadAllBytes(file), ControlPlaneJson.Default.ControlPlaneAddress);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UnreachableException($"{file} is not there: a control plane writes it (--cli-config), DP_CONFIG names another", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UnreachableException($"{file} can't be read: {error.Message}", error);
        }
        catch (JsonException error)
        {
            throw new UnreachableException($"{file} is not JSON with control_plane and token: {error.Message}", error);
        }
        if (address is null || !Uri.TryCreate(address.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw new UnreachableException($"{file}: control_plane must be an http or https URL such as http://127.0.0.1:8080");
        return address;
    }
}
