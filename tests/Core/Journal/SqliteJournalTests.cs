using DataPlatform.Core.Journal;

namespace DataPlatform.Core.Tests.Journal;

public sealed class SqliteJournalTests : JournalContract, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("journal-");

    private string FilePath => Path.Combine(_folder.FullName, "journal.db");

    protected override Task<IJournal> OpenAsync() => Task.FromResult<IJournal>(SqliteJournal.Open(FilePath));

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Refuses_a_second_owner_and_names_the_first()
    {
        await using (SqliteJournal.Open(FilePath))
        {
            var refusal = Should.Throw<JournalException>(() => SqliteJournal.Open(FilePath));
            refusal.Fault.ShouldBe(JournalFault.InUse);
            refusal.Message.ShouldContain($"in use by process {Environment.ProcessId}");
        }

        await SqliteJournal.Open(FilePath).DisposeAsync();
    }

    [Fact]
    public async Task Names_a_file_that_is_no_journal()
    {
        await File.WriteAllTextAsync(FilePath, string.Concat(Enumerable.Repeat("not a database at all. ", 100)));
        var refusal = Should.Throw<JournalException>(() => SqliteJournal.Open(FilePath));
        refusal.Fault.ShouldBe(JournalFault.Damaged);
        refusal.Message.ShouldContain(FilePath);
    }

    [Fact]
    public async Task Names_a_record_that_is_not_what_was_written()
    {
        await using (var journal = SqliteJournal.Open(FilePath))
            await journal.AppendAsync([Entry(1, "the-body-of-the-record")]);
        var bytes = await File.ReadAllBytesAsync(FilePath);
        var place = bytes.AsSpan().IndexOf("the-body-of-the-record"u8);
        place.ShouldBeGreaterThan(0);
        bytes[place] ^= 1;
        await File.WriteAllBytesAsync(FilePath, bytes);

        await using var damaged = SqliteJournal.Open(FilePath);
        var refusal = await Should.ThrowAsync<JournalException>(() => damaged.ReadAsync());
        refusal.Fault.ShouldBe(JournalFault.Damaged);
        refusal.Message.ShouldContain("record 1 is not what was written");
    }

    [Fact]
    public async Task Names_a_file_that_was_cut_short()
    {
        await using (var journal = SqliteJournal.Open(FilePath))
            await journal.AppendAsync([.. Enumerable.Range(0, 200).Select(i => Entry(i, new string('x', 1000)))]);
        await using (var file = File.OpenWrite(FilePath))
            file.SetLength(file.Length / 2);
        Should.Throw<JournalException>(() => SqliteJournal.Open(FilePath)).Fault.ShouldBe(JournalFault.Damaged);
    }

    [Theory]
    [InlineData(Loss.WalGone)]
    [InlineData(Loss.WalDamaged)]
    [InlineData(Loss.WalHeadDamaged)]
    [InlineData(Loss.FileGone)]
    [InlineData(Loss.OlderCopy)]
    public async Task Refuses_to_go_on_when_records_are_missing_until_someone_accepts_it(Loss loss)
    {
        var live = Path.Combine(_folder.FullName, "live.db");
        await using (var journal = SqliteJournal.Open(live))
        {
            await journal.AppendAsync([.. Enumerable.Range(0, 50).Select(i => Entry(i, "early"))]);
            await journal.CompactAsync(20, Entry(9, "state"));
            if (loss == Loss.OlderCopy)
                File.Copy(live, FilePath);
            for (var i = 0; i < 5; i++)
                await journal.AppendAsync([Entry(i, new string('x', 5000))]);
            // As the files lie when the process or the machine dies.
            foreach (var ending in (string[])["", "-wal", ".last"])
            {
                if (!File.Exists(FilePath + ending))
                    File.Copy(live + ending, FilePath + ending);
            }
        }

        Lose(loss);
        var before = await WalAsync();
        var refusal = Should.Throw<JournalException>(() => SqliteJournal.Open(FilePath));
        refusal.Fault.ShouldBe(JournalFault.Damaged);
        refusal.Message.ShouldContain(FilePath);
        refusal.Message.ShouldContain("record 55 was written");
        var named = long.Parse(refusal.Message.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture);
        (await WalAsync()).ShouldBe(before);
        Should.Throw<JournalException>(() => SqliteJournal.Open(FilePath, named + 1));

        await using (var accepted = SqliteJournal.Open(FilePath, named))
        {
            (await accepted.ReadAsync()).LastSequence.ShouldBe(named);
            await accepted.AppendAsync([Entry(1, "next")]);
        }

        await using var again = SqliteJournal.Open(FilePath);
        (await again.ReadAsync()).LastSequence.ShouldBe(named + 1);
    }

    [Fact]
    public async Task Takes_over_a_journal_of_a_version_that_kept_no_marker()
    {
        await using (var journal = SqliteJournal.Open(FilePath))
            await journal.AppendAsync([Entry(1, "a")]);
        File.Delete(FilePath + ".last");
        await SqliteJournal.Open(FilePath).DisposeAsync();
        File.Delete(FilePath);
        Should.Throw<JournalException>(() => SqliteJournal.Open(FilePath)).Fault.ShouldBe(JournalFault.Damaged);
    }

    public enum Loss
    {
        WalGone,
        WalDamaged,
        WalHeadDamaged,
        FileGone,
        OlderCopy,
    }

    private async Task<byte[]> WalAsync() => File.Exists(FilePath + "-wal") ? await File.ReadAllBytesAsync(FilePath + "-wal") : [];

    private void Lose(Loss loss)
    {
        switch (loss)
        {
            case Loss.WalGone or Loss.OlderCopy:
                File.Delete(FilePath + "-wal");
                break;
            case Loss.FileGone:
                File.Delete(FilePath);
                File.Delete(FilePath + "-wal");
                break;
            case Loss.WalDamaged or Loss.WalHeadDamaged:
                using (var file = File.OpenHandle(FilePath + "-wal", FileMode.Open, FileAccess.ReadWrite))
                    RandomAccess.Write(file, new byte[16], loss == Loss.WalHeadDamaged ? 0 : RandomAccess.GetLength(file) / 2);
                break;
        }
    }

    [Fact]
    public async Task Is_readable_by_its_owner_only()
    {
        await SqliteJournal.Open(FilePath).DisposeAsync();
        File.GetUnixFileMode(FilePath).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void Says_when_the_folder_is_not_there() =>
        Should.Throw<JournalException>(() => SqliteJournal.Open(Path.Combine(_folder.FullName, "missing", "journal.db")))
            .Fault.ShouldBe(JournalFault.Unavailable);
}
