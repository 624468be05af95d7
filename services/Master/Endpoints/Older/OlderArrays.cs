using System.Text.Json;

namespace DataPlatform.Services.Master.Endpoints.Older;

/// <summary>Lists of plain texts.</summary>
internal static class OlderArrays
{
    public static void Write(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
