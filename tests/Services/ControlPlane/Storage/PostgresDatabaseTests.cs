using System.Data.Common;
using Dapper;
using DataPlatform.Core.Tests.Journal;
using DataPlatform.Services.ControlPlane.Storage;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace DataPlatform.Services.Tests.ControlPlane.Storage;

public sealed class PostgresDatabaseTests(PostgresServer server) : DatabaseContract, IClassFixture<PostgresServer>, IAsyncLifetime
{
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private NpgsqlConnectionStringBuilder connection = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(server.WhyNot is not null, server.WhyNot ?? "");
        await using var source = await server.CreateAsync();
        connection = new NpgsqlConnectionStringBuilder(source.ConnectionString);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override Database Open() => new PostgresDatabase(connection, Hold);

    [Fact]
    public async Task Any_number_of_processes_may_make_the_tables_at_once() =>
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            using var database = Open();
            new ClusterDocuments(database, Lease(database)).Load("a").ShouldBeEmpty();
        })));

    /// <summary>Each would wait for its own turn to find that nothing is to be made: a burst at the start then lasts longer than a command may.</summary>
    [Fact]
    public async Task One_of_those_who_ask_at_once_makes_the_tables_for_all()
    {
        const int lockNumber = 0x64706370;
        using var database = Open();
        await using var other = NpgsqlDataSource.Create(connection);
        await using var session = await other.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await session.ExecuteAsync($"SELECT pg_advisory_lock({lockNumber})");
        var asking = Enumerable.Range(0, 10).Select(_ => Task.Factory.StartNew(
            () => new ClusterDocuments(database, Lease(database)).Load("a").ShouldBeEmpty(), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToList();

        var most = 0L;
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        while (!bound.IsCancellationRequested)
            most = Math.Max(most, await session.ExecuteScalarAsync<long>("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"));
        await session.ExecuteAsync($"SELECT pg_advisory_unlock({lockNumber})");
        await Task.WhenAll(asking);

        most.ShouldBe(1);
    }

    [Fact]
    public void Tables_of_a_newer_control_plane_are_left_alone()
    {
        using (var database = Open()) database.Write(transaction => transaction.Connection!.Execute("UPDATE control_plane_schema SET version = 999", transaction: transaction));
        using var older = Open();
        Should.Throw<InvalidDataException>(() => Clusters(older)).Message.ShouldContain("schema 999");
    }

    [Fact]
    public void One_of_many_leads_and_the_others_know_who_until_it_lets_go()
    {
        using var database = Open();
        var leases = Enumerable.Range(0, 4).Select(_ => Lease(database)).ToList();
        leases[0].Leader().ShouldBeNull();
        leases.Select((lease, number) => lease.TryTake($"http://{number}")).ShouldBe([true, false, false, false]);
        leases[3].Leader().ShouldBe(new Leader("http://0", 1));
        leases.Count(lease => lease.Remaining > TimeSpan.Zero).ShouldBe(1);
        leases[0].Renew().ShouldBeTrue();
        leases[0].Release();
        leases[0].Remaining.ShouldBe(TimeSpan.Zero);
        leases[3].Leader().ShouldBeNull();
        leases[2].TryTake("http://2").ShouldBeTrue();
        leases[3].Leader().ShouldBe(new Leader("http://2", 2));
    }

    [Fact]
    public void A_lease_that_was_not_renewed_is_over_by_the_holders_own_clock_too()
    {
        using var database = Open();
        var time = new FakeTimeProvider();
        var lease = new Lease(database, TimeSpan.FromSeconds(10), time);
        lease.TryTake("http://a").ShouldBeTrue();
        time.Advance(TimeSpan.FromSeconds(9));
        lease.Remaining.ShouldBe(TimeSpan.FromSeconds(1));
        time.Advance(TimeSpan.FromSeconds(1));
        lease.Remaining.ShouldBe(TimeSpan.Zero);
        // Nobody else took it meanwhile.
        lease.Renew().ShouldBeTrue();
        lease.Remaining.ShouldBe(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_leader_that_stops_within_a_write_keeps_nobody_from_leading_for_long()
    {
        using var database = Open();
        using var other = Open();
        var before = new Lease(database, TimeSpan.FromMilliseconds(1), TimeProvider.System);
        before.TryTake("http://before").ShouldBeTrue();
        using var taken = new ManualResetEventSlim();
        var late = Task.Run(() => database.Write(transaction =>
        {
            before.Demand(transaction);
            taken.Wait(Patience).ShouldBeTrue();
            return transaction.Connection!.Execute("INSERT INTO scheduler_documents VALUES ('a', 'task', 'a', 'late')", transaction: transaction);
        }));
        var now = Lease(other);
        using var patience = new CancellationTokenSource(Patience);
        while (!await Task.Run(() => now.TryTake("http://now"), patience.Token))
            await Task.Delay(1, patience.Token);
        taken.Set();
        await Should.ThrowAsync<DbException>(() => late);
        Documents(other).Load("a").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_write_under_way_holds_up_no_renewal_and_is_seen_by_whoever_leads_next()
    {
        using var database = Open();
        using var other = Open();
        var before = new Lease(database, TimeSpan.FromMilliseconds(1), TimeProvider.System);
        var now = Lease(other);
        before.TryTake("http://before").ShouldBeTrue();
        Task? taking = null;
        new PostgresDatabase(connection, Patience).Write(transaction =>
        {
            before.Demand(transaction);
            before.Renew().ShouldBeTrue();
            taking = Task.Run(async () =>
            {
                while (!now.TryTake("http://now")) await Task.Delay(1);
            });
            SpinWait.SpinUntil(() => other.Read(reading => reading.ExecuteScalar<long>("SELECT count(*) FROM pg_locks WHERE NOT granted")) > 0, Patience).ShouldBeTrue();
            taking.IsCompleted.ShouldBeFalse();
            return transaction.Connection!.Execute("INSERT INTO scheduler_documents VALUES ('a', 'task', 'a', '1')", transaction: transaction);
        });
        await taking!.WaitAsync(Patience);
        new ClusterDocuments(other, now).Load("a").Count.ShouldBe(1);
    }

    [Fact]
    public void What_is_there_tells_neither_password_nor_user()
    {
        using var database = new PostgresDatabase(new NpgsqlConnectionStringBuilder(connection.ToString()) { Host = "/nowhere", Username = "somebody", Password = "the secret" }, Hold);
        var error = Should.Throw<DbException>(() => database.Read(_ => true));
        var trouble = database.Explain(error);
        trouble.Reason.ShouldContain("/nowhere");
        (trouble.Reason + database.Name).ShouldNotContain("secret");
        trouble.IsFull.ShouldBeFalse();
    }

    [Fact]
    public void Protection_keys_are_read_by_all()
    {
        using var database = Open();
        using var other = Open();
        var key = System.Xml.Linq.XElement.Parse("<key id=\"1\"><value>a &lt; b</value></key>");
        new ProtectionKeys(database).StoreElement(key, "key-1");
        new ProtectionKeys(other).GetAllElements().ShouldHaveSingleItem().ToString().ShouldBe(key.ToString());
    }
}
