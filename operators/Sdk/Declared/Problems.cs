using YamlDotNet.RepresentationModel;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>The problems of one file, as they are found.</summary>
internal sealed class Problems(string file, List<PackageProblem> found)
{
    private const int Longest = 60;

    public string File => file;

    public int Count => found.Count;

    public void Add(YamlNode at, string message, string? allowed = null) => found.Add(new(file, (int)at.Start.Line, (int)at.Start.Column, message, allowed));

    /// <summary>Of another file of the package.</summary>
    public void Add(PackageProblem problem) => found.Add(problem);

    /// <summary>What a file says, fit for a message.</summary>
    public static string Short(string text)
    {
        var printable = string.Concat(text.Take(Longest).Select(letter => char.IsControl(letter) ? '\uFFFD' : letter));
        return text.Length > Longest ? printable + "..." : printable;
    }
}
