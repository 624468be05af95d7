namespace DataPlatform.Services.ControlPlane.Settings;

/// <summary>One setting: a flag <c>--name</c>, an environment variable and a key of the configuration file.</summary>
public sealed record Setting(string Name, string Placeholder, string Description, string? Default = null)
{
    public string Flag => "--" + Name;

    public string Variable => "DP_CONTROL_PLANE_" + Name.Replace('-', '_').ToUpperInvariant();

    public static IReadOnlyList<Setting> All { get; } =
    [
        new("master", "URL", "Address of the master. Without one the console serves what it knows and launches nothing."),
        new("ip", "ADDRESS", "Address to listen on. Any but a loopback address needs --admin-token-file.", "127.0.0.1"),
        new("port", "PORT", "Port to listen on; 0 takes a free one.", "8080"),
        new("hostname", "NAME", "Name under which agents and browsers reach this process; by default the address, or the machine's name when listening on all."),
        new("work-dir", "DIR", "Where the database, keys and the endpoint file are kept.", "~/.local/state/dataplatform/control-plane"),
        new("lake", "DIR", "The lake: a directory that all hosts share; by default <work-dir>/lake."),
        new("store", "DIR", "The package store; by default <work-dir>/store."),
        new("credential", "FILE", "JSON file with principal and secret for the master and the agents."),
        new("admin-token-file", "FILE", "File (mode 0600) with a token of at least 32 characters that signs in as administrator."),
        new("maven-repository", "DIR", "Folder in Maven's layout that artifacts are taken from."),
        new("wheels", "DIR", "Folder of Python wheels."),
        new("task-user", "NAME", "As whom clusters' tasks run on the hosts; by default whoever runs this process."),
        new("cli-config", "FILE", "Where to write the command line's configuration (mode 0600), with a token of its own."),
        new("default-lifetime", "DURATION", "Lifetime of a cluster that asks for none.", "8hrs"),
        new("login-link-lifetime", "DURATION", "How long a one-time login link may be used.", "15mins"),
        new("keep-deleted", "DURATION", "How long deleted clusters and expired tokens stay in the database.", "7days"),
    ];
}
