using System.Text;

namespace DataPlatform.Core.Resources;

/// <summary>Untrusted text made fit for a message of one line: control characters escaped, cut at 64 characters.</summary>
internal static class Printable
{
    private const int MaximumLength = 64;

    public static string Of(string text)
    {
        var printable = new StringBuilder();
        foreach (var character in text.AsSpan(0, Math.Min(text.Length, MaximumLength)))
        {
            if (char.IsControl(character))
                printable.Append($"\\u{(int)character:x4}");
            else
                printable.Append(character);
        }

        return text.Length > MaximumLength ? printable.Append("...").ToString() : printable.ToString();
    }
}
