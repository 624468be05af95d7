using System.Collections.Concurrent;

namespace DataPlatform.Operators.Spark;

/// <summary>What a Java 17 must be told so that Spark may reach into it: the package's file <c>jvm17.options</c>, an option a line.</summary>
internal static class JvmOptions
{
    private static readonly ConcurrentDictionary<string, IReadOnlyList<string>> Known = new(StringComparer.Ordinal);

    public static IReadOnlyList<string> Read(string folder) => Known.GetOrAdd(
        folder, static from => File.ReadAllLines(Path.Combine(from, "jvm17.options")).Where(line => line.StartsWith('-')).ToArray());
}
