using DataPlatform.Core.Tests.Journal;
using Npgsql;

namespace DataPlatform.Benchmarks.Fleet;

/// <summary>The same on a PostgreSQL that masters share, where the lease of the dead one must end first.</summary>
public sealed class PostgresFailoverScenario : FailoverScenario
{
    public override string Name => "failover-postgres";

    public override string Purpose => base.Purpose + "; on PostgreSQL";

    internal override FailoverJournal StartJournal() => new Database();

    private sealed class Database : FailoverJournal
    {
        private const string Lease = "4secs";

        private readonly PostgresServer _server = new();
        private readonly NpgsqlDataSource? _database;

        public Database() => _database = WhyNot is null ? _server.CreateAsync().GetAwaiter().GetResult() : null;

        public override string? WhyNot => _server.WhyNot;

        public override IReadOnlyList<string> Settings =>
        [
            "--journal", $"postgres://dp@localhost/{new NpgsqlConnectionStringBuilder(_database!.ConnectionString).Database}?host={_server.Folder}", "--journal-lease", Lease,
        ];

        public override string Note => $", a lease of {Lease} in it";

        public override async ValueTask DisposeAsync()
        {
            if (_database is not null)
                await _database.DisposeAsync();
            _server.Dispose();
            await base.DisposeAsync();
        }
    }
}
