using System.Globalization;
using System.Net;

namespace DataPlatform.Services.Hosting.Settings;

/// <summary>
/// The value of each setting, read as what it is to be. Every reader throws <see cref="SettingsException"/> that names who gave
/// the value, what it was and what is allowed.
/// </summary>
public sealed class SettingValues
{
    private readonly Dictionary<string, GivenValue> given;

    internal SettingValues(IReadOnlyList<Setting> settings, Dictionary<string, GivenValue> given)
    {
        this.given = given;
        Flags = settings.Where(setting => given.ContainsKey(setting.Name)).ToDictionary(setting => setting.Name, setting => given[setting.Name].Text);
    }

    /// <summary>Every setting with the value in force, for people to see. Holds no secret: secrets stand in files.</summary>
    public IReadOnlyDictionary<string, string> Flags { get; }

    /// <summary>Null when it was not given and has no default.</summary>
    public string? Find(string name) => given.TryGetValue(name, out var value) ? value.Text : null;

    /// <summary>A refusal of the value that was given.</summary>
    /// <param name="why">Goes on after the value, such as "is not an IP address".</param>
    public SettingsException Refuse(string name, string why) =>
        new(given.TryGetValue(name, out var value) ? $"{value.Origin} '{value.Text}' {why}" : $"--{name} {why}");

    public string Text(string name) => Find(name) is { Length: > 0 } text ? text : throw Refuse(name, "is missing");

    /// <summary>Null when it was not given. A path with <c>~</c> in front lies in the home of whoever runs this.</summary>
    public string? FindPath(string name)
    {
        if (Find(name) is not { Length: > 0 } text)
            return null;
        if (text == "~" || text.StartsWith("~/", StringComparison.Ordinal))
            text = Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), text[1..]);
        return Path.GetFullPath(text);
    }

    public string FilePath(string name) => FindPath(name) ?? throw Refuse(name, "is missing");

    public IPAddress Address(string name) =>
        IPAddress.TryParse(Text(name), out var address) ? address : throw Refuse(name, "is not an IP address, IPv4 or IPv6, such as 127.0.0.1");

    /// <summary>Null when it was not given.</summary>
    public string? FindHostName(string name) => Find(name) is { } host && Uri.CheckHostName(host) == UriHostNameType.Unknown
        ? throw Refuse(name, "is no host name")
        : Find(name);

    /// <summary>Null when it was not given. Without a scheme it is http.</summary>
    public Uri? FindUrl(string name) => Find(name) is { } text ? Url(name, text) : null;

    /// <summary>Parted by commas; at least one. Without a scheme each is http.</summary>
    public IReadOnlyList<Uri> Urls(string name)
    {
        var urls = List(name).Select(text => Url(name, text)).ToList();
        return urls.Count > 0 ? urls : throw Refuse(name, "is missing");
    }

    private Uri Url(string name, string text) => HostUrl(text) ?? throw Refuse(name, "is not a URL of a host, such as http://127.0.0.1:5050");

    /// <summary>Without a scheme it is http; null for what is more, or less, than a host and its port.</summary>
    public static Uri? HostUrl(string text) =>
        Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text, UriKind.Absolute, out var url)
            && url.Scheme is "http" or "https" && url.PathAndQuery == "/" && url.UserInfo.Length == 0 ? url : null;

    /// <summary>Parted by commas; none when it was not given.</summary>
    public IReadOnlyList<string> List(string name) => (Find(name) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public long Number(string name, long least, long most) =>
        long.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw Refuse(name, $"is not a whole number from {least} to {most}");

    public int Port(string name) => (int)Number(name, 0, 65_535);

    /// <summary>From 0 to below 1.</summary>
    public double Fraction(string name) =>
        double.TryParse(Text(name), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value is >= 0 and < 1
            ? value
            : throw Refuse(name, "is not a fraction from 0 to below 1");

    public bool Switch(string name) => OneOf(name, "true", "false") == "true";

    public string OneOf(string name, params string[] allowed) =>
        allowed.Contains(Text(name)) ? Text(name) : throw Refuse(name, $"is not possible: allowed are {string.Join(", ", allowed)}");

    /// <summary>May be zero.</summary>
    public TimeSpan Duration(string name) => Quantities.Duration(Text(name)) ?? throw Refuse(name, $"is not a duration: {Quantities.DurationAllowed}");

    public TimeSpan PositiveDuration(string name) =>
        Duration(name) is var duration && duration > TimeSpan.Zero ? duration : throw Refuse(name, $"is no time at all; more is needed, such as {Quantities.DurationExamples}");

    /// <summary>In bytes.</summary>
    public long Size(string name) => Quantities.Size(Text(name)) ?? throw Refuse(name, $"is not a size: {Quantities.SizeAllowed}");
}
