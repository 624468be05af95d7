using DataPlatform.Services.Hosting.Files;

namespace DataPlatform.Services.Tests.Hosting.Files;

public sealed class FoldersTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("dp-folders-");

    [Fact]
    public void Lists_what_is_there_and_nothing_of_what_is_not()
    {
        var nested = directory.CreateSubdirectory("a/b");

        Folders.In(directory.FullName).ShouldBe([nested.Parent!.FullName]);
        Folders.In(directory.FullName, "b*").ShouldBeEmpty();
        Folders.Below(directory.FullName).ShouldBe([nested.Parent!.FullName, nested.FullName], ignoreOrder: true);
        Folders.In(Path.Combine(directory.FullName, "gone")).ShouldBeEmpty();
        Folders.Below(Path.Combine(directory.FullName, "gone")).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_comes_and_goes_while_it_is_listed_is_there_or_not_and_never_an_error()
    {
        var path = Path.Combine(directory.FullName, "group");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var others = Task.Run(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    Directory.CreateDirectory(Path.Combine(path, "nested"));
                    Directory.Delete(path, recursive: true);
                }
            }, CancellationToken.None);

        try
        {
            for (var round = 0; round < 60_000; round++)
                Folders.Below(path).Count.ShouldBeInRange(0, 1);
        }
        finally
        {
            await stop.CancelAsync();
            await others;
        }
    }

    public void Dispose() => directory.Delete(recursive: true);
}
