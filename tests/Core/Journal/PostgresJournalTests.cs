using DataPlatform.Core.Journal;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace DataPlatform.Core.Tests.Journal;

public sealed class PostgresJournalTests(PostgresServer server) : JournalContract, IClassFixture<PostgresServer>, IAsyncLifetime
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    private NpgsqlDataSource _database = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(server.WhyNot is not null, server.WhyNot ?? "");
        _database = await server.CreateAsync();
        await PostgresJournal.PrepareAsync(_database);
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is not null)
            await _database.DisposeAsync();
    }

    protected override async Task<IJournal> OpenAsync()
    {
        var lease = Lease("http://a", Long);
        await TakeAsync(lease);
        await lease.ReleaseAsync(default);
        return PostgresJournal.Open(_database, lease.Epoch);
    }

    [Fact]
    public async Task Any_number_of_processes_may_prepare_it_at_once()
    {
        await using var fresh = await server.CreateAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PostgresJournal.PrepareAsync(fresh)));
    }

    [Fact]
    public async Task One_of_many_leads_and_the_others_know_who()
    {
        var leases = Enumerable.Range(0, 8).Select(number => Lease($"http://master{number}", Long)).ToList();
        (await LeaderAsync()).ShouldBeNull();
        var taken = await Task.WhenAll(leases.Select(lease => lease.TryTakeAsync(default)));
        taken.Count(led => led).ShouldBe(1);
        var leading = Array.IndexOf(taken, true);
        (await LeaderAsync()).ShouldBe(new Leader($"http://master{leading}", 1));
        leases[leading].IsValid.ShouldBeTrue();
        leases.Count(lease => lease.IsValid).ShouldBe(1);
        (await leases[leading].RenewAsync(default)).ShouldBeTrue();
        await leases[leading].ReleaseAsync(default);
        leases[leading].IsValid.ShouldBeFalse();
        (await LeaderAsync()).ShouldBeNull();
        (await leases[(leading + 1) % leases.Count].TryTakeAsync(default)).ShouldBeTrue();
    }

    [Fact]
    public async Task Whoever_led_before_can_write_nothing_more()
    {
        var (first, second) = (Lease("http://a", TimeSpan.FromMilliseconds(1)), Lease("http://b", Long));
        await TakeAsync(first);
        await using var old = PostgresJournal.Open(_database, first.Epoch);
        await old.AppendAsync([Entry(1, "before")]);

        await TakeAsync(second);
        await using var now = PostgresJournal.Open(_database, second.Epoch);
        (await now.ReadAsync()).LastSequence.ShouldBe(1);
        (await Should.ThrowAsync<JournalException>(() => old.AppendAsync([Entry(1, "late")]))).Fault.ShouldBe(JournalFault.Deposed);
        (await Should.ThrowAsync<JournalException>(() => old.CompactAsync(1, Entry(9, "late")))).Fault.ShouldBe(JournalFault.Deposed);
        (await first.RenewAsync(default)).ShouldBeFalse();

        await now.AppendAsync([Entry(1, "after")]);
        (await now.ReadAsync()).Records.Select(Show).ShouldBe(["1/1:before", "2/1:after"]);
    }

    [Fact]
    public async Task A_write_under_way_is_seen_by_whoever_leads_next_or_is_not_there_at_all()
    {
        for (var round = 0; round < 20; round++)
        {
            var (first, second) = (Lease("http://a", TimeSpan.FromMilliseconds(1)), Lease("http://b", TimeSpan.FromMilliseconds(1)));
            await TakeAsync(first);
            await using var old = PostgresJournal.Open(_database, first.Epoch);
            var writing = Task.Run(async () =>
            {
                var written = 0L;
                try
                {
                    while (true)
                        written = await old.AppendAsync([Entry(round, "a"), Entry(round, "b")]);
                }
                catch (JournalException error) when (error.Fault == JournalFault.Deposed)
                {
                    return written;
                }
            });
            await TakeAsync(second);
            await using var now = PostgresJournal.Open(_database, second.Epoch);
            var seen = (await now.ReadAsync()).LastSequence;
            var answered = await writing;
            seen.ShouldBeGreaterThanOrEqualTo(answered);
            (await now.ReadAsync()).LastSequence.ShouldBe(seen);
            (seen % 2).ShouldBe(0);
        }
    }

    [Fact]
    public async Task A_connection_that_is_cut_is_opened_anew()
    {
        var lease = Lease("http://a", Long);
        await TakeAsync(lease);
        await using var journal = PostgresJournal.Open(_database, lease.Epoch);
        await journal.AppendAsync([Entry(1, "a")]);
        await CutAsync();
        (await Should.ThrowAsync<JournalException>(() => journal.AppendAsync([Entry(1, "b")]))).Fault.ShouldBe(JournalFault.Unavailable);
        (await journal.AppendAsync([Entry(1, "c")])).ShouldBe(2);
        (await lease.RenewAsync(default)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_snapshot_that_is_held_up_keeps_nobody_from_leading()
    {
        var (first, second) = (Lease("http://a", TimeSpan.FromMilliseconds(1)), Lease("http://b", Long));
        await TakeAsync(first);
        await using var old = PostgresJournal.Open(_database, first.Epoch);
        await old.AppendAsync([Entry(1, "a")]);
        await using var other = await _database.OpenConnectionAsync();
        await using var holding = await other.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("LOCK TABLE dp_snapshot", other, holding))
            await hold.ExecuteNonQueryAsync();

        var shortening = old.CompactAsync(1, Entry(9, "held up"));
        await using var waits = _database.CreateCommand("SELECT count(*) FROM pg_locks WHERE NOT granted");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await waits.ExecuteScalarAsync(patience.Token) is 0L)
            await Task.Delay(1, patience.Token);

        (await second.TryTakeAsync(default).WaitAsync(TimeSpan.FromSeconds(30))).ShouldBeTrue();
        await holding.RollbackAsync();
        (await Should.ThrowAsync<JournalException>(() => shortening)).Fault.ShouldBe(JournalFault.Deposed);
    }

    [Fact]
    public async Task A_lease_that_was_not_renewed_is_over_by_the_holders_own_clock_too()
    {
        var time = new FakeTimeProvider();
        var lease = new PostgresLease(_database, "http://a", TimeSpan.FromSeconds(10), time);
        await TakeAsync(lease);
        time.Advance(TimeSpan.FromSeconds(9));
        lease.IsValid.ShouldBeTrue();
        time.Advance(TimeSpan.FromSeconds(1));
        lease.IsValid.ShouldBeFalse();
        // Nobody else took it meanwhile.
        (await lease.RenewAsync(default)).ShouldBeTrue();
        lease.IsValid.ShouldBeTrue();
    }

    private PostgresLease Lease(string address, TimeSpan length) => new(_database, address, length, TimeProvider.System);

    private Task<Leader?> LeaderAsync() => Lease("", Long).LeaderAsync(default);

    /// <summary>Asks until the lease before has ended.</summary>
    private static async Task TakeAsync(PostgresLease lease)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await lease.TryTakeAsync(patience.Token))
            await Task.Delay(1, patience.Token);
    }

    private async Task CutAsync()
    {
        await using var cut = _database.CreateCommand(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        await cut.ExecuteScalarAsync();
    }
}
