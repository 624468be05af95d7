using System.Text.RegularExpressions;

namespace DataPlatform.Architecture.Tests;

/// <summary>The core decides from what it is given: no clock, no chance, no files, no threads of its own.</summary>
public class PureCoreTests
{
    public static TheoryData<string> Folders => ["core/Resources", "core/Allocation", "core/Pool"];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Reads_no_clock_and_throws_no_dice(string folder) =>
        Find(folder, @"\b(DateTime(Offset)?\.(Utc)?Now|TimeProvider\.System|Stopwatch|Environment\.TickCount|Guid\.(NewGuid|CreateVersion7)|new Random|Random\.Shared|RandomNumberGenerator)\b")
            .ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Folders))]
    public void Does_no_input_or_output(string folder) =>
        Find(folder, @"\b(File|Directory|FileStream|HttpClient|Socket|Process|Console|ILogger)\b(\.|\(|\s+\w+\s*[=;,)])|System\.(IO|Net)\b")
            .ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Folders))]
    public void Waits_for_nothing(string folder) =>
        Find(folder, @"\b(async\s|await\s|Thread\.|Task\.(Run|Delay)|lock\s*\()").ShouldBeEmpty();

    private static IEnumerable<string> Find(string folder, string pattern) =>
        from file in SourceTree.Code(folder)
        from line in SourceTree.Read(file).Split('\n').Index()
        let code = line.Item.IndexOf("//", StringComparison.Ordinal) is >= 0 and var comment ? line.Item[..comment] : line.Item
        where Regex.IsMatch(code, pattern)
        select $"{file}:{line.Index + 1}: {line.Item.Trim()}";
}
