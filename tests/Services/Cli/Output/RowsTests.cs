using DataPlatform.Services.Cli;
using Spectre.Console;
using Rows = DataPlatform.Services.Cli.Output.Rows;

namespace DataPlatform.Services.Tests.Cli.Output;

public sealed class RowsTests
{
    private static readonly string Reason = string.Join(' ', Enumerable.Range(0, 60).Select(number => $"reason-{number}"));

    [Fact]
    public void Elsewhere_than_on_a_terminal_each_row_is_one_whole_line()
    {
        var name = new string('n', 300);
        var rows = new Rows("NAME", "OWNER", "REASON") { ShortensLast = true };
        rows.Add(name, "o", Reason);
        rows.Add("short", null, "two\nlines");
        var output = new StringWriter();

        rows.Write(new Surroundings(output, output, _ => null, Interactive: false, TimeProvider.System));

        output.ToString().ReplaceLineEndings("\n").ShouldBe($"{"NAME",-300}  OWNER  REASON\n{name}  o      {Reason}\n{"short",-300}         two�lines\n");
    }

    [Fact]
    public void On_a_terminal_it_is_as_wide_as_that_and_breaks_no_name()
    {
        var rows = new Rows("NAME", "OWNER", "REASON") { ShortensLast = true };
        rows.Add("a-name-that-is-rather-long", "somebody of some team", Reason);
        var output = new StringWriter();
        var terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.No });
        terminal.Profile.Width = 60;

        terminal.Write(rows.ToTable());

        output.ToString().Split('\n').ShouldAllBe(line => line.Length <= 60);
        output.ToString().ShouldContain("a-name-that-is-rather-long");
        output.ToString().ShouldContain("...");
    }

    [Fact]
    public async Task A_terminal_gets_no_colour_when_it_is_not_wanted()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With("GET /api/v1/clusters", Examples.Summaries("Ready"));
        using var terminal = fake.StartInTerminal("NO_COLOR=1 dp clusters");

        await terminal.WhenEndedAsync();

        terminal.Seen.ShouldContain("trial");
        terminal.Seen.ShouldNotMatch("\u001b\\[[0-9;]*m");
    }
}
