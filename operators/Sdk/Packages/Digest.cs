using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace DataPlatform.Operators.Sdk.Packages;

/// <summary>The sha256 of some content: 64 lower-case hexadecimal characters. The default value is no digest and equals none.</summary>
public readonly record struct Digest
{
    private readonly string? hex;

    private Digest(string hex) => this.hex = hex;

    public static Digest Of(ReadOnlySpan<byte> content) => new(Convert.ToHexStringLower(SHA256.HashData(content)));

    public static async Task<Digest> OfFileAsync(string path, CancellationToken cancellation)
    {
        var options = new FileStreamOptions { BufferSize = 0, Options = FileOptions.SequentialScan };
        await using var stream = new FileStream(path, options);
        return new(Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation)));
    }

    public static bool TryParse([NotNullWhen(true)] string? text, out Digest digest)
    {
        var valid = text is { Length: 64 } && text.All(char.IsAsciiHexDigitLower);
        digest = valid ? new(text!) : default;
        return valid;
    }

    /// <exception cref="FormatException">The text is not 64 lower-case hexadecimal characters.</exception>
    public static Digest Parse(string text) => TryParse(text, out var digest)
        ? digest
        : throw new FormatException("a sha256 is 64 lower-case hexadecimal characters");

    public override string ToString() => hex ?? throw new InvalidOperationException("the default value is no digest");
}
