using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.ControlPlane.Lake;

/// <summary>Columns and first rows of CSV and JSON files. Small files are counted; of big ones only the head is read.</summary>
public static class TextSampler
{
    private const int SmallFile = 16 * 1024 * 1024;
    private const int Head = 1024 * 1024;
    private const int MostText = 200;
    private const int TypedRows = 200;

    public static async Task<DatasetSample> Csv(Dataset dataset, Func<ListedFile, Stream> open, int rows, CancellationToken cancellation)
    {
        var (bytes, whole) = await ReadHead(open(dataset.Files[0]), cancellation);
        var records = CsvRecords.Read(Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF'), whole);
        if (records.Count == 0) return new DatasetSample(0, [], []);
        var header = records[0];
        var data = records.Skip(1).ToList();
        var columns = header.Select((name, index) => Column(name, data.Take(TypedRows).Select(record => index < record.Count ? record[index] : null))).ToList();
        var sample = data.Take(rows).Select(record => (IReadOnlyList<string?>)[.. header.Select((_, index) => index < record.Count ? Shortened(record[index]) : null)]).ToList();
        return new DatasetSample(whole && dataset.Files.Count == 1 ? data.Count : null, columns, sample);
    }

    public static async Task<DatasetSample> Json(Dataset dataset, Func<ListedFile, Stream> open, int rows, CancellationToken cancellation)
    {
        var (bytes, whole) = await ReadHead(open(dataset.Files[0]), cancellation);
        var (items, complete) = JsonRecords.Read(bytes, whole);
        var names = items.Take(Math.Max(rows, TypedRows)).OfType<JsonObject>().SelectMany(item => item.Select(member => member.Key)).Distinct().ToList();
        if (names.Count == 0)
        {
            var values = items.Take(rows).Select(item => (IReadOnlyList<string?>)[Shortened(Text(item))]).ToList();
            return new DatasetSample(complete && dataset.Files.Count == 1 ? items.Count : null, [new ColumnView("value", "json", true)], values);
        }

        var columns = names.Select(name => Column(name, items.Take(TypedRows).Select(item => Text((item as JsonObject)?[name])))).ToList();
        var sample = items.Take(rows).Select(item => (IReadOnlyList<string?>)[.. names.Select(name => Shortened(Text((item as JsonObject)?[name])))]).ToList();
        return new DatasetSample(complete && dataset.Files.Count == 1 ? items.Count : null, columns, sample);
    }

    public static string? Shortened(string? text) => text is null || text.Length <= MostText ? text : text[..MostText] + "…";

    private static string? Text(JsonNode? node) => node switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        _ => node.ToJsonString(),
    };

    private static ColumnView Column(string name, IEnumerable<string?> values)
    {
        var texts = values.ToList();
        var present = texts.Where(text => !string.IsNullOrEmpty(text)).Select(text => text!).ToList();
        var type = present.Count == 0 ? "string"
            : present.All(text => long.TryParse(text, out _)) ? "integer"
            : present.All(text => double.TryParse(text, out _)) ? "double"
            : present.All(text => bool.TryParse(text, out _)) ? "boolean"
            : present.All(text => text[0] is '{' or '[') ? "json"
            : present.All(IsDate) ? "date"
            : "string";
        return new ColumnView(name, type, present.Count < texts.Count);
    }

    private static bool IsDate(string text) => text.Length is >= 8 and <= 32 && text.Any(char.IsAsciiDigit)
        && DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out _);

    private static async Task<(byte[] Bytes, bool Whole)> ReadHead(Stream file, CancellationToken cancellation)
    {
        await using var stream = file;
        var whole = stream.Length <= SmallFile;
        var buffer = new byte[whole ? stream.Length : Head];
        var read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        return (buffer.AsSpan(0, read).ToArray(), whole);
    }
}
