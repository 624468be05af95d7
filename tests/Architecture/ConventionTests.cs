using System.Text.RegularExpressions;

namespace DataPlatform.Architecture.Tests;

/// <summary>Habits that reviews would otherwise repeat.</summary>
public class ConventionTests
{
    private static readonly string[] Product = ["core", "services", "operators"];

    [Fact]
    public void No_type_is_called_Manager_Helper_or_Utility() =>
        Find(@"\b(class|record|struct|interface|enum)\s+\w*(Manager|Helper|Helpers|Utils?|Utility|Utilities)\b").ShouldBeEmpty();

    [Fact]
    public void No_program_is_started_through_a_joined_command_line() =>
        Find(@"new ProcessStartInfo\([^)]+,\s*[$@]*""|\bArguments\s*=\s*[$@]+""").ShouldBeEmpty();

    [Fact]
    public void No_absolute_path_of_a_build_machine_is_kept() =>
        Find("\"/(root|home|work)/").ShouldBeEmpty();

    private static IEnumerable<string> Find(string pattern) =>
        from folder in Product
        from file in SourceTree.Code(folder)
        from line in SourceTree.Read(file).Split('\n').Index()
        where Regex.IsMatch(line.Item, pattern)
        select $"{file}:{line.Index + 1}: {line.Item.Trim()}";
}
