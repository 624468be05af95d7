using DataPlatform.Services.ControlPlane.Lake;

namespace DataPlatform.Services.Tests.ControlPlane.Lake;

public sealed class BackupsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Lists_whole_backups_with_their_size_the_newest_first()
    {
        folder.Write("_backups/store/first/part/data", "12345");
        folder.Write("_backups/store/first/list", "123");
        folder.Write("_backups/store/second/data", "1");
        folder.Write("_backups/store/third.part/data", "1");
        folder.Write("_backups/other/fourth/data", "12");
        Directory.SetLastWriteTimeUtc(Path.Combine(folder.Path, "_backups/store/first"), new DateTime(2026, 5, 1, 0, 0, 0, DateTimeKind.Utc));
        Directory.SetLastWriteTimeUtc(Path.Combine(folder.Path, "_backups/store/second"), new DateTime(2026, 5, 2, 0, 0, 0, DateTimeKind.Utc));
        Backups.Under(folder.Path, "store").Select(backup => (backup.Package, backup.Name, backup.SizeBytes, backup.At.Day)).ShouldBe([("store", "second", 1L, 2), ("store", "first", 8L, 1)]);
        Backups.Under(folder.Path).Count.ShouldBe(3);
        Backups.Under(Path.Combine(folder.Path, "absent")).ShouldBeEmpty();
    }

    [Fact]
    public void Neither_lists_nor_counts_what_a_link_leads_to_whenever_it_takes_a_name()
    {
        using var outside = new TemporaryFolder();
        outside.Write("data", new string('x', 1000));
        outside.Write("inside/data", new string('x', 1000));
        folder.Write("_backups/store/first/part/data", "12345");
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, "_backups/store/second"), outside.Path);
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, "_backups/link"), outside.Path);
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, "other"), outside.Path);
        using var swaps = new NameSwaps(Path.Combine(folder.Path, "_backups/store/first/part"), Path.Combine(folder.Path, "other"));
        for (var attempt = 0; attempt < 1000; attempt++)
            Backups.Under(folder.Path).ShouldHaveSingleItem().SizeBytes.ShouldBeLessThanOrEqualTo(5);
    }

    public void Dispose() => folder.Dispose();
}
