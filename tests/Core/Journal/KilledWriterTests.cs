using System.Diagnostics;
using System.Globalization;
using DataPlatform.Core.Journal;

namespace DataPlatform.Core.Tests.Journal;

/// <summary>A process of its own appends as fast as it can and is killed in the middle.</summary>
public sealed class KilledWriterTests : IDisposable
{
    private const string FileVariable = "DATAPLATFORM_TEST_JOURNAL";

    // Made by the test alone: the process that is killed could not remove one.
    private readonly Lazy<DirectoryInfo> _folder = new(() => Directory.CreateTempSubdirectory("journal-"));

    public void Dispose()
    {
        if (_folder.IsValueCreated)
            _folder.Value.Delete(recursive: true);
    }

    [Fact]
    public async Task Keeps_all_that_was_answered_for_when_the_writer_is_killed()
    {
        var file = Path.Combine(_folder.Value.FullName, "journal.db");
        for (var round = 0; round < 3; round++)
        {
            var answered = await RunUntilKilledAsync(file, appends: 40 + (round * 17));
            await using var journal = SqliteJournal.Open(file);
            var contents = await journal.ReadAsync();
            contents.LastSequence.ShouldBeGreaterThanOrEqualTo(answered);
            // Groups of three are there whole or not at all.
            (contents.LastSequence % 3).ShouldBe(0);
        }
    }

    /// <summary>Not a test of its own: what the killed process runs.</summary>
    [Fact]
    public async Task Writer()
    {
        var file = Environment.GetEnvironmentVariable(FileVariable);
        if (file is null)
            Assert.Skip("this is the process that the test beside it starts and kills; alone it would write for ever");
        await using var journal = SqliteJournal.Open(file);
        await using var answers = new StreamWriter(new FileStream(file + ".answers", FileMode.Create, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
        while (true)
        {
            var last = await journal.AppendAsync([JournalContract.Entry(1, "a"), JournalContract.Entry(2, "b"), JournalContract.Entry(3, new string('c', 5000))]);
            await answers.WriteLineAsync(last.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static async Task<long> RunUntilKilledAsync(string file, int appends)
    {
        File.Delete(file + ".answers");
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
            start.ArgumentList.Add(typeof(KilledWriterTests).Assembly.Location);
        start.ArgumentList.Add("--filter-method");
        start.ArgumentList.Add($"{typeof(KilledWriterTests).FullName}.{nameof(Writer)}");
        start.Environment[FileVariable] = file;
        using var writer = Process.Start(start)!;
        var output = writer.StandardOutput.ReadToEndAsync();
        try
        {
            using var bound = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            while (Answers(file).Count < appends)
            {
                if (writer.HasExited)
                    throw new InvalidOperationException($"the writer ended by itself: {await output}");
                await Task.Delay(5, bound.Token);
            }
        }
        finally
        {
            writer.Kill();
            await writer.WaitForExitAsync();
        }

        return Answers(file)[^1];
    }

    private static List<long> Answers(string file)
    {
        if (!File.Exists(file + ".answers"))
            return [];
        using var stream = new FileStream(file + ".answers", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd();
        // The last line may be half written.
        var whole = text.LastIndexOf('\n');
        return whole < 0 ? [] : [.. text[..whole].Split('\n').Select(line => long.Parse(line, CultureInfo.InvariantCulture))];
    }
}
