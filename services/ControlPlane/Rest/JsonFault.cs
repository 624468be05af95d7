using System.Collections;
using System.Text.Json;

namespace DataPlatform.Services.ControlPlane.Rest;

/// <summary>What is wrong with JSON that people sent, in words for them: the serializer's own name types of this program.</summary>
public static class JsonFault
{
    public const string WholeBody = "body";
    private const int LongestField = 100;

    /// <param name="type">What the JSON was to become.</param>
    /// <returns>The field, as a path, and what is wrong with it.</returns>
    public static (string Field, string Message) Of(JsonException error, Type type)
    {
        var path = error.Path is { Length: > 2 } deeper ? deeper[2..] : "";
        return (path.Length is > 0 and <= LongestField ? path : WholeBody, Message(error.Message, path, type));
    }

    private static string Message(string said, string path, Type type)
    {
        if (said.Contains("could not be mapped", StringComparison.Ordinal)) return "there is no such member";
        if (said.StartsWith("Duplicate property", StringComparison.Ordinal)) return "it is there twice";
        if (said.Contains("could not be converted", StringComparison.Ordinal)) return Needed(MemberAt(path, type));
        // What is left is about JSON itself, such as a brace that is missing.
        var end = said.IndexOf(" Path:", StringComparison.Ordinal);
        end = end < 0 ? said.IndexOf(" LineNumber:", StringComparison.Ordinal) : end;
        return end < 0 ? said : said[..end];
    }

    /// <summary>In the words of <see cref="Clusters.OptionsCheck"/>.</summary>
    private static string Needed(Type? type) => type is null ? "it is of another kind than is needed"
        : type == typeof(string) ? "text is needed"
        : type == typeof(bool) ? "true or false is needed"
        : type == typeof(int) || type == typeof(long) ? "a whole number is needed"
        : IsList(type) ? "a list is needed"
        : "an object is needed";

    /// <summary>What is at a path of members and indices; of an empty one the whole. Null where the path leads into free JSON.</summary>
    private static Type? MemberAt(string path, Type type)
    {
        Type? member = type;
        foreach (var part in path.Replace("[", ".[", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            member = part[0] == '[' ? (IsList(member) ? member.GetGenericArguments()[0] : null)
                : member.GetProperties().FirstOrDefault(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name) == part)?.PropertyType;
            if (member is null) return null;
            member = Nullable.GetUnderlyingType(member) ?? member;
        }

        return member;
    }

    private static bool IsList(Type type) => type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type);
}
