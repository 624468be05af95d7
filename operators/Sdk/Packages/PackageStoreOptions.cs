namespace DataPlatform.Operators.Sdk.Packages;

/// <summary>Where packages come from.</summary>
public sealed record PackageStoreOptions
{
    /// <summary>The store's own folder: content, environments, secret. One store serves any number of processes.</summary>
    public required string Folder { get; init; }

    /// <summary>A folder laid out as a Maven repository; asked before Maven itself.</summary>
    public string? MavenRepository { get; init; }

    /// <summary>A folder of wheels and source archives; asked before pip's own index.</summary>
    public string? Wheels { get; init; }

    /// <summary>A settings.xml instead of the user's own.</summary>
    public string? MavenSettings { get; init; }

    public string MavenProgram { get; init; } = "mvn";

    /// <summary>The Python that tasks run with, on every host.</summary>
    public string PythonProgram { get; init; } = "/usr/bin/python3";

    /// <summary>The Java that tasks run with, on every host.</summary>
    public string JavaProgram { get; init; } = "/usr/bin/java";

    /// <summary>As whom programs of packages run here, where this process may choose.</summary>
    public string User { get; init; } = SchedulerSettings.UsualUser;

    /// <summary>
    /// So long after a package was asked for, archives of its programs' classes are made where they are missing: not while the cluster
    /// that asked for it starts. Null: never.
    /// </summary>
    public TimeSpan? ClassArchivesAfter { get; init; }

    /// <summary>Is told what went wrong in the background.</summary>
    public Action<string> Report { get; init; } = static _ => { };

    /// <summary>A program of Maven's or pip's that says nothing and fetches nothing for so long is ended; so is one that is trained.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(3);

    public const string MavenRemedy =
        "Configure --maven-repository with a Maven repository folder that holds the files, or let Maven reach a repository (its settings.xml decides on mirrors and credentials).";

    public const string PythonRemedy =
        "Configure --wheels with a folder that holds the files, or let pip reach an index (its pip.conf decides).";
}
