using DataPlatform.Services.Hosting.Files;
using DataPlatform.Services.Hosting.Settings;

namespace DataPlatform.Services.Tests.Hosting.Files;

public sealed class AtomicFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("dp-files-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Replaces_the_whole_file_and_leaves_nothing_beside_it()
    {
        var file = Path.Combine(folder, "file");

        AtomicFile.Write(file, "a long first content");
        File.WriteAllText(file + ".new", "left by a crash");
        AtomicFile.Write(file, "second");

        File.ReadAllText(file).ShouldBe("second");
        Directory.GetFiles(folder).ShouldBe([file]);
        File.GetUnixFileMode(file).ShouldBe(AtomicFile.OwnerOnly);
    }

    [Fact]
    public void A_folder_that_can_not_be_brought_to_the_disk_is_told() =>
        Should.Throw<IOException>(() => FolderSync.Flush(Path.Combine(folder, "none"))).Message.ShouldContain("none");

    [Fact]
    public void A_work_directory_has_one_holder()
    {
        using (WorkDirectory.Lock("work-dir", folder))
            Should.Throw<SettingsException>(() => WorkDirectory.Lock("work-dir", folder)).Message.ShouldContain("is in use");
        WorkDirectory.Lock("work-dir", folder).Dispose();
    }
}
