using System.Data.Common;
using Dapper;
using DataPlatform.Operators.Sdk.State;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.Tests.ControlPlane.Storage;

public sealed class SqliteDatabaseTests : DatabaseContract, IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string FilePath => Path.Combine(folder.Path, "control-plane.db");

    protected override Database Open() => new SqliteDatabase(FilePath);

    public void Dispose() => folder.Dispose();

    public enum Loss
    {
        FileGone,
        FileAndWalGone,
        FileEmpty,
        WalGone,
        WalDamaged,
        OlderCopy,
        AnotherDatabase,
    }

    [Theory]
    [InlineData(Loss.FileGone)]
    [InlineData(Loss.FileAndWalGone)]
    [InlineData(Loss.FileEmpty)]
    [InlineData(Loss.WalGone)]
    [InlineData(Loss.WalDamaged)]
    [InlineData(Loss.OlderCopy)]
    [InlineData(Loss.AnotherDatabase)]
    public void Refuses_to_go_on_without_what_was_written_until_a_person_accepts_it(Loss loss)
    {
        Live(loss);
        var before = Files();
        var refusal = Should.Throw<InvalidDataException>(Open).Message;
        refusal.ShouldContain(FilePath);
        refusal.ShouldContain("--accept-database-loss");
        for (var file = 0; file < before.Count; file++) Files()[file].ShouldBe(before[file]);
        var named = long.Parse(refusal.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture);
        Should.Throw<InvalidDataException>(() => new SqliteDatabase(FilePath, named + 1));

        using (var accepted = new SqliteDatabase(FilePath, named))
        {
            Clusters(accepted).Living().Count.ShouldBe(named > 0 && loss != Loss.AnotherDatabase ? 1 : 0);
            Clusters(accepted).TryAdd(Cluster("next", "next")).ShouldBeTrue();
        }

        using var again = Open();
        Clusters(again).Find("next").ShouldNotBeNull();
    }

    [Fact]
    public void Refuses_to_begin_anew_beside_the_log_of_a_file_that_is_gone()
    {
        File.WriteAllText(FilePath + "-wal", "of another");
        Should.Throw<InvalidDataException>(Open).Message.ShouldContain($"{FilePath} is gone");
        File.ReadAllText(FilePath + "-wal").ShouldBe("of another");
    }

    [Fact]
    public void Names_a_file_that_is_no_database()
    {
        File.WriteAllText(FilePath, string.Concat(Enumerable.Repeat("not a database at all. ", 500)));
        Refuses();
    }

    [Fact]
    public void Names_a_file_that_was_cut_short()
    {
        Fill();
        using (var file = File.OpenWrite(FilePath)) file.SetLength(file.Length / 2);
        Refuses();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Names_a_file_with_garbage_in_it_or_reads_all_that_was_written(int seed)
    {
        Fill();
        var bytes = File.ReadAllBytes(FilePath);
        var chance = new Random(seed);
        for (var hit = 0; hit < 40; hit++) chance.NextBytes(bytes.AsSpan(chance.Next(bytes.Length - 64), 64));
        File.WriteAllBytes(FilePath, bytes);
        Refuses();
    }

    [Fact]
    public void Names_a_file_in_which_what_is_desired_can_not_be_read()
    {
        using (var database = Open()) Clusters(database).TryAdd(Cluster("1", "trial"));
        var bytes = File.ReadAllBytes(FilePath);
        var place = bytes.AsSpan().IndexOf("\"workers\""u8);
        place.ShouldBeGreaterThan(0);
        bytes[place] ^= 1;
        File.WriteAllBytes(FilePath, bytes);
        Refuses();
    }

    [Fact]
    public void Takes_over_a_file_of_a_version_that_kept_no_marker()
    {
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={FilePath};Pooling=false"))
        {
            connection.Open();
            connection.Execute(Migrations.Sqlite[0]);
            connection.Execute("INSERT INTO clusters VALUES ('1', 'trial', 'sample', '1', 'tester', '{}', 1, 2, NULL, NULL, NULL); PRAGMA user_version = 1");
        }

        using (var database = Open()) Clusters(database).Find("trial").ShouldNotBeNull();
        File.Delete(FilePath);
        Should.Throw<InvalidDataException>(Open);
    }

    [Fact]
    public void A_newer_one_is_left_alone()
    {
        using (var database = Open()) database.Write(transaction => transaction.Connection!.Execute("PRAGMA user_version = 999", transaction: transaction));
        Should.Throw<InvalidDataException>(Open).Message.ShouldContain("schema 999");
    }

    [Fact]
    public void Says_that_it_is_full_and_goes_on_when_there_is_room()
    {
        using var database = Open();
        var documents = Documents(database);
        documents.Write("a", [Put("task", "a", "1")]);
        var big = new string('x', 100_000);
        using (var connection = database.Open()) connection.Execute($"PRAGMA max_page_count = {connection.ExecuteScalar<long>("PRAGMA page_count") + 2}");
        var error = Should.Throw<DbException>(() => documents.Write("a", [Put("task", "b", big)]));
        database.Explain(error).IsFull.ShouldBeTrue();
        database.Trouble!.Reason.ShouldContain(FilePath);
        documents.Load("a").ShouldBe([new ClusterDocument("task", "a", "1")]);
        using (var connection = database.Open()) connection.Execute("PRAGMA max_page_count = 1000000");
        documents.Write("a", [Put("task", "b", big)]);
        database.Trouble.ShouldBeNull();
    }

    [Fact]
    public void Says_that_it_can_not_be_written_and_goes_on_when_it_can()
    {
        using var database = Open();
        var documents = Documents(database);
        using (var connection = database.Open()) connection.Execute("PRAGMA query_only = 1");
        var error = Should.Throw<DbException>(() => documents.Write("a", [Put("task", "a", "1")]));
        DatabaseRefusal.Of(error, database)!.Status.ShouldBe(503);
        database.Trouble!.Reason.ShouldContain("readonly");
        using (var connection = database.Open()) connection.Execute("PRAGMA query_only = 0");
        documents.Write("a", [Put("task", "a", "1")]);
        database.Trouble.ShouldBeNull();
    }

    [Fact]
    public void Is_readable_by_its_owner_only()
    {
        Open().Dispose();
        File.GetUnixFileMode(FilePath).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private void Refuses()
    {
        var before = File.ReadAllBytes(FilePath);
        var refusal = Should.Throw<InvalidDataException>(Open).Message;
        refusal.ShouldContain($"{FilePath} is damaged");
        refusal.ShouldContain("--accept-database-loss 0");
        File.ReadAllBytes(FilePath).ShouldBe(before);
    }

    /// <summary>So much that it has more than a few pages, all of them in the file.</summary>
    private void Fill()
    {
        using var database = Open();
        Documents(database).Write("a", [.. Enumerable.Range(0, 200).Select(number => Put("task", $"{number}", $"\"{new string('x', 500)}\""))]);
    }

    /// <summary>Files as they lie when the process or the machine dies, but for what was lost.</summary>
    private void Live(Loss loss)
    {
        var live = Path.Combine(folder.Path, "live.db");
        using (var database = new SqliteDatabase(live))
        {
            Clusters(database).TryAdd(Cluster("1", "first"));
            database.Read(connection => connection.Execute("PRAGMA wal_checkpoint(TRUNCATE)"));
            if (loss == Loss.OlderCopy) File.Copy(live, FilePath);
            Clusters(database).TryAdd(Cluster("2", "second"));
            foreach (var ending in (string[])["", "-wal", ".last"])
                if (!File.Exists(FilePath + ending)) File.Copy(live + ending, FilePath + ending);
        }

        switch (loss)
        {
            case Loss.FileGone:
                File.Delete(FilePath);
                break;
            case Loss.FileAndWalGone:
                File.Delete(FilePath);
                File.Delete(FilePath + "-wal");
                break;
            case Loss.FileEmpty:
                File.WriteAllText(FilePath, "");
                File.Delete(FilePath + "-wal");
                break;
            case Loss.WalGone or Loss.OlderCopy:
                File.Delete(FilePath + "-wal");
                break;
            case Loss.WalDamaged:
                using (var file = File.OpenHandle(FilePath + "-wal", FileMode.Open, FileAccess.ReadWrite)) RandomAccess.Write(file, new byte[16], 0);
                break;
            case Loss.AnotherDatabase:
                File.Delete(FilePath);
                File.Delete(FilePath + "-wal");
                using (var another = new SqliteDatabase(Path.Combine(folder.Path, "another.db"))) another.Write(_ => true);
                File.Copy(Path.Combine(folder.Path, "another.db"), FilePath);
                break;
        }
    }

    /// <summary>What a person could still save something of; SQLite makes an empty log.</summary>
    private IReadOnlyList<byte[]> Files() => [.. new[] { FilePath, FilePath + "-wal" }.Select(path => File.Exists(path) ? File.ReadAllBytes(path) : [])];
}
