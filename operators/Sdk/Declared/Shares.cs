using System.Globalization;
using System.Text.RegularExpressions;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>A text that divides a whole among names: <c>NAME=SHARE,NAME=SHARE</c>. Pure.</summary>
internal static partial class Shares
{
    /// <summary>Up to 32 names of small letters, digits, dashes and underscores.</summary>
    public const string Pattern = "^[a-z][a-z0-9_-]{0,30}=[1-9][0-9]{0,8}(,[a-z][a-z0-9_-]{0,30}=[1-9][0-9]{0,8}){0,31}$";

    /// <summary>Said to people in the place of <see cref="Pattern"/>.</summary>
    public static string Allowed(int whole) => string.Create(CultureInfo.InvariantCulture,
        $"NAME=SHARE,NAME=SHARE with up to 32 different names of small letters, digits, - and _, and shares that are whole numbers and add up to {whole}");

    /// <summary>What is wrong with it; null when nothing is.</summary>
    public static string? WhyNot(string text, int whole)
    {
        if (!Form().IsMatch(text))
            return "it does not have the form NAME=SHARE,NAME=SHARE";
        var shares = text.Split(',').Select(each => each.Split('=')).Select(each => (Name: each[0], Share: long.Parse(each[1], CultureInfo.InvariantCulture))).ToList();
        if (shares.GroupBy(each => each.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
            return $"{twice.Key} is there twice";
        var sum = shares.Sum(each => each.Share);
        return sum == whole ? null : string.Create(CultureInfo.InvariantCulture, $"its shares add up to {sum}");
    }

    [GeneratedRegex(Pattern)]
    private static partial Regex Form();
}
