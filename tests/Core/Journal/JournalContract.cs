using System.Text;
using DataPlatform.Core.Journal;

namespace DataPlatform.Core.Tests.Journal;

/// <summary>What every journal keeps to, wherever its records lie.</summary>
public abstract class JournalContract
{
    /// <summary>The same journal each time; open once at a time.</summary>
    protected abstract Task<IJournal> OpenAsync();

    [Fact]
    public async Task Reads_back_what_was_appended_after_it_was_closed()
    {
        await using (var journal = await OpenAsync())
        {
            (await journal.AppendAsync([Entry(1, "a"), Entry(2, "b")])).ShouldBe(2);
            (await journal.AppendAsync([Entry(3, "")])).ShouldBe(3);
            (await journal.AppendAsync([])).ShouldBe(3);
        }

        await using var again = await OpenAsync();
        var contents = await again.ReadAsync();
        contents.Snapshot.ShouldBeNull();
        contents.Records.Select(Show).ShouldBe(["1/1:a", "2/2:b", "3/3:"]);
        (await again.AppendAsync([Entry(1, "c")])).ShouldBe(4);
    }

    [Fact]
    public async Task Keeps_every_one_of_many_appends_at_once_in_order()
    {
        await using var journal = await OpenAsync();
        var sequences = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => journal.AppendAsync([Entry(i, "x"), Entry(i, "y")])));
        sequences.Order().ShouldBe(Enumerable.Range(1, 500).Select(i => 2L * i));
        var records = (await journal.ReadAsync()).Records;
        records.Count.ShouldBe(1000);
        records.Chunk(2).ShouldAllBe(pair => pair[0].Kind == pair[1].Kind);
    }

    [Fact]
    public async Task Lets_a_snapshot_stand_for_what_came_before()
    {
        await using (var journal = await OpenAsync())
        {
            for (var i = 0; i < 10; i++)
                await journal.AppendAsync([Entry(0, $"{i}")]);
            await journal.CompactAsync(7, Entry(9, "state"));
            await Should.ThrowAsync<ArgumentOutOfRangeException>(() => journal.CompactAsync(7, Entry(9, "again")));
            await Should.ThrowAsync<ArgumentOutOfRangeException>(() => journal.CompactAsync(11, Entry(9, "ahead")));
        }

        await using var again = await OpenAsync();
        var contents = await again.ReadAsync();
        Show(contents.Snapshot.ShouldNotBeNull()).ShouldBe("7/9:state");
        contents.Records.Select(record => record.Sequence).ShouldBe([8, 9, 10]);
        await again.CompactAsync(10, Entry(9, "all"));
        (await again.ReadAsync()).LastSequence.ShouldBe(10);
        (await again.AppendAsync([Entry(0, "next")])).ShouldBe(11);
    }

    [Fact]
    public async Task Refuses_work_after_it_was_closed()
    {
        var journal = await OpenAsync();
        await journal.DisposeAsync();
        (await Should.ThrowAsync<JournalException>(() => journal.AppendAsync([Entry(1, "late")]))).Fault.ShouldBe(JournalFault.Closed);
    }

    internal static JournalEntry Entry(int kind, string body) => new(kind, Encoding.UTF8.GetBytes(body));

    protected static string Show(JournalRecord record) =>
        $"{record.Sequence}/{record.Kind}:{Encoding.UTF8.GetString(record.Body.Span)}";
}
