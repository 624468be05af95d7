using System.Diagnostics;
using Npgsql;

namespace DataPlatform.Core.Tests.Journal;

/// <summary>A PostgreSQL of the tests' own, run by an ordinary user, reached over a socket in its folder; gone with the tests.</summary>
public sealed class PostgresServer : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pg-");
    private readonly string? _programs;
    private readonly IReadOnlyList<string> _enter;
    private int _databases;

    public PostgresServer() : this([], "")
    {
    }

    /// <param name="enter">What stands before a program to run it in another network.</param>
    /// <param name="address">Where it listens there, for anyone.</param>
    internal PostgresServer(IReadOnlyList<string> enter, string address)
    {
        _enter = enter;
        _programs = Programs();
        if (_programs is null)
        {
            WhyNot = "PostgreSQL's initdb and pg_ctl are not installed (Debian: postgresql)";
            return;
        }

        // It refuses to run as root.
        if (Environment.IsPrivilegedProcess && !Run(["chown", "nobody", _folder.FullName]))
            WhyNot = "there is no user nobody to run PostgreSQL as";
        else if (!RunAsUser("initdb", "--no-sync", "-A", "trust", "-U", "dp", "-D", Data))
            WhyNot = "initdb failed";
        else if (!Start(address))
            WhyNot = "PostgreSQL did not start";
    }

    /// <summary>Why there is none; null when it runs.</summary>
    public string? WhyNot { get; }

    /// <summary>Where its socket lies.</summary>
    public string Folder => _folder.FullName;

    private string Data => Path.Combine(_folder.FullName, "data");

    /// <summary>A new, empty database.</summary>
    public async Task<NpgsqlDataSource> CreateAsync()
    {
        var name = $"journal{Interlocked.Increment(ref _databases)}";
        await using (var first = NpgsqlDataSource.Create(Connect("postgres")))
        {
            await using var create = first.CreateCommand($"CREATE DATABASE {name}");
            await create.ExecuteNonQueryAsync();
        }

        return NpgsqlDataSource.Create(Connect(name));
    }

    /// <summary>It answers nobody any more, until <see cref="StartAgain"/>.</summary>
    public bool Stop() => RunAsUser("pg_ctl", "-w", "-D", Data, "-m", "immediate", "stop");

    public bool StartAgain() => Start("");

    public void Dispose()
    {
        if (_programs is not null && WhyNot is null)
            RunAsUser("pg_ctl", "-w", "-D", Data, "-m", "immediate", "stop");
        _folder.Delete(recursive: true);
    }

    private string Connect(string database) =>
        new NpgsqlConnectionStringBuilder { Host = _folder.FullName, Username = "dp", Database = database, Timeout = 10 }.ToString();

    private static string? Programs() => new[] { "/usr/local/bin", "/usr/bin" }
        .Concat(Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending().Select(version => Path.Combine(version, "bin")) : [])
        .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "pg_ctl")));

    private bool RunAsUser(string program, params string[] arguments)
    {
        var path = Path.Combine(_programs!, program);
        return Environment.IsPrivilegedProcess
            ? Run([.. _enter, "setpriv", "--reuid", "nobody", "--clear-groups", path, .. arguments])
            : Run([.. _enter, path, .. arguments]);
    }

    private bool Start(string address)
    {
        if (address.Length > 0)
            File.AppendAllText(Path.Combine(Data, "pg_hba.conf"), "host all all all trust\n");
        return RunAsUser("pg_ctl", "-w", "-D", Data, "-l", Path.Combine(_folder.FullName, "log"),
            "-o", $"-c listen_addresses={address} -c fsync=off -k {_folder.FullName}", "start");
    }

    private static bool Run(string[] command)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = "/", RedirectStandardOutput = true })!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
