using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace DataPlatform.Architecture.Tests;

/// <summary>A folder uses what stands above it, never below: read from the project files, wildcards resolved.</summary>
public partial class FolderTests
{
    [Fact]
    public void Core_knows_neither_services_nor_operators() =>
        References("core").Where(reference => !reference.To.StartsWith("core/", StringComparison.Ordinal)).ShouldBeEmpty();

    [Theory]
    [InlineData("core/Protocol", "")]
    [InlineData("core/Resources", "Protocol")]
    [InlineData("core/Allocation", "Protocol Resources")]
    [InlineData("core/Pool", "Protocol Resources Allocation")]
    [InlineData("core/Journal", "Protocol Resources Allocation Pool")]
    [InlineData("core/Client", "Protocol Resources Allocation Pool Journal")]
    public void Core_uses_what_stands_above(string folder, string above) =>
        References(folder).Select(reference => reference.To.Split('/')[1]).Except(above.Split(' ')).ShouldBeEmpty();

    [Fact]
    public void Operators_know_neither_master_nor_agent_nor_pool() =>
        References("operators").Select(reference => reference.To).Where(to =>
            to.StartsWith("services/", StringComparison.Ordinal) || to is "core/Pool" or "core/Allocation" or "core/Journal").ShouldBeEmpty();

    [Fact]
    public void Operators_know_the_sdk_and_no_other_operator() =>
        References("operators").Where(reference => reference.To.StartsWith("operators/", StringComparison.Ordinal)
            && reference.To != "operators/Sdk").ShouldBeEmpty();

    [Fact]
    public void Services_know_of_each_other_only_what_they_have_in_common() =>
        References("services").Where(reference => reference.To.StartsWith("services/", StringComparison.Ordinal) && reference.To != "services/Hosting").ShouldBeEmpty();

    [Fact]
    public void What_services_have_in_common_uses_the_core_only() =>
        References("services/Hosting").Where(reference => !reference.To.StartsWith("core/", StringComparison.Ordinal)).ShouldBeEmpty();

    [Theory]
    [InlineData("services/Master")]
    [InlineData("services/Agent")]
    public void Master_and_agent_know_no_operator(string folder) =>
        References(folder).Where(reference => reference.To.StartsWith("operators/", StringComparison.Ordinal)).ShouldBeEmpty();

    [Fact]
    public void The_command_line_knows_no_operator_and_the_sdk_only_to_check_packages() =>
        References("services/Cli").Where(reference => reference.To.StartsWith("operators/", StringComparison.Ordinal) && reference.To != "operators/Sdk").ShouldBeEmpty();

    [Fact]
    public void Nothing_of_the_product_knows_a_test() =>
        References("core").Concat(References("services")).Concat(References("operators"))
            .Where(reference => reference.To.StartsWith("tests/", StringComparison.Ordinal)).ShouldBeEmpty();

    [Theory]
    [InlineData("core")]
    [InlineData("services/Master")]
    [InlineData("services/Agent")]
    [InlineData("services/Hosting")]
    [InlineData("operators/Sdk")]
    public void Nothing_that_serves_all_engines_names_one(string folder) => Naming(folder, SourceTree.Engines.Except(AlsoProtocols)).ShouldBeEmpty();

    [Fact]
    public void No_engine_names_another() =>
        SourceTree.Engines.SelectMany(engine => Naming($"operators/{engine}", SourceTree.Engines.Except(AlsoProtocols).Where(other => other != engine))).ShouldBeEmpty();

    /// <summary>The platform itself keeps journals in the one and gives its measurements in the form of the other.</summary>
    private static readonly string[] AlsoProtocols = ["PostgreSQL", "Prometheus"];

    private static IEnumerable<string> Naming(string folder, IEnumerable<string> engines)
    {
        // PySpark is a library of Python's, by whose variables notebooks are told which Python they are.
        var names = new Regex($"(?<!py)({string.Join('|', engines.Select(Regex.Escape))})", RegexOptions.IgnoreCase);
        return from file in SourceTree.Code(folder)
               from line in SourceTree.Read(file).Split('\n').Index()
               where names.IsMatch(Strings().Replace(WithoutComment(line.Item), " $0 "))
               select $"{file}:{line.Index + 1}: {line.Item.Trim()}";
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = SourceTree.Read("DataPlatform.sln").Replace('\\', '/');
        new[] { "core", "services", "operators", "tests" }.SelectMany(SourceTree.Projects)
            .Where(project => !solution.Contains(project, StringComparison.Ordinal)).ShouldBeEmpty();
    }

    // Comments may compare and explain; the code may not know.
    private static string WithoutComment(string line) =>
        line.IndexOf("//", StringComparison.Ordinal) is >= 0 and var comment ? line[..comment] : line;

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Strings();

    private static IEnumerable<(string From, string To)> References(string folder) =>
        from project in SourceTree.Projects(folder)
        let directory = Path.GetDirectoryName(project)!
        from reference in XDocument.Parse(SourceTree.Read(project)).Descendants("ProjectReference")
        from target in Resolve(directory, (string)reference.Attribute("Include")!)
        select (directory, target);

    private static IEnumerable<string> Resolve(string directory, string include)
    {
        var path = Path.GetRelativePath(SourceTree.Root, Path.GetFullPath(Path.Combine(SourceTree.Root, directory, include)));
        var pattern = new Regex($"^{Regex.Escape(path).Replace(@"\*", "[^/]*", StringComparison.Ordinal)}$");
        var matches = SourceTree.Projects(path.Split('/')[0]).Where(project => pattern.IsMatch(project)).ToList();
        return matches.Count > 0
            ? matches.Select(project => Path.GetDirectoryName(project)!)
            : throw new InvalidOperationException($"{directory} refers to {include}, which is not there");
    }
}
