using System.Text.Json;
using System.Text.Json.Nodes;

namespace DataPlatform.Services.ControlPlane.Lake;

/// <summary>Takes JSON apart into its records: the items of an array, the lines of JSON lines, or one value.</summary>
public static class JsonRecords
{
    /// <summary>All records that the bytes hold completely, and whether those are all that the file has.</summary>
    public static (IReadOnlyList<JsonNode?> Records, bool Complete) Read(ReadOnlySpan<byte> bytes, bool whole)
    {
        if (bytes.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        var records = new List<JsonNode?>();
        var reader = new Utf8JsonReader(bytes, whole, new JsonReaderState(new JsonReaderOptions { AllowMultipleValues = true, MaxDepth = 64 }));
        try
        {
            if (!reader.Read()) return (records, whole);
            var array = reader.TokenType == JsonTokenType.StartArray;
            if (array && !reader.Read()) return (records, false);
            while (!(array && reader.TokenType == JsonTokenType.EndArray))
            {
                // A copy looks ahead: a value that is cut off must not be taken.
                var ahead = reader;
                if (!ahead.TrySkip()) return (records, false);
                records.Add(JsonNode.Parse(ref reader));
                if (!reader.Read()) return (records, whole);
            }

            return (records, whole);
        }
        catch (JsonException)
        {
            return (records, false);
        }
    }
}
