using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;

namespace DataPlatform.Services.ControlPlane.Lake.Sql;

/// <summary>Values of SQL in JSON: what JSON has itself as that, everything else as text.</summary>
internal static class SqlValues
{
    /// <summary>Whole numbers beyond this are no longer exact in a JavaScript number, in which most who read JSON hold them.</summary>
    private const long MostExact = 1L << 53;

    private const int MostBlobBytes = 64;

    public static JsonNode? Of(object? value) => value switch
    {
        null or DBNull => null,
        bool truth => truth,
        long whole => whole is > MostExact or < -MostExact ? whole.ToString(CultureInfo.InvariantCulture) : whole,
        ulong whole => whole > (ulong)MostExact ? whole.ToString(CultureInfo.InvariantCulture) : whole,
        int or short or sbyte or byte or ushort or uint => JsonValue.Create(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
        float number => float.IsFinite(number) ? number : number.ToString(CultureInfo.InvariantCulture),
        double number => double.IsFinite(number) ? number : number.ToString(CultureInfo.InvariantCulture),
        decimal number => number,
        BigInteger whole => whole > MostExact || whole < -MostExact ? whole.ToString(CultureInfo.InvariantCulture) : (long)whole,
        string text => text,
        DateTime moment => moment.ToString(moment.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture),
        DateTimeOffset moment => moment.ToString("yyyy-MM-dd HH:mm:ss.FFFFFFzzz", CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        TimeOnly time => time.ToString("HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture),
        Stream bytes => Blob(bytes),
        IDictionary map => new JsonObject(map.Keys.Cast<object>().Select(key => KeyValuePair.Create(Convert.ToString(key, CultureInfo.InvariantCulture) ?? "", Of(map[key])))),
        IEnumerable list => new JsonArray([.. list.Cast<object?>().Select(Of)]),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    private static string Blob(Stream bytes)
    {
        var read = new byte[MostBlobBytes];
        var length = bytes.ReadAtLeast(read, MostBlobBytes, throwOnEndOfStream: false);
        return $"0x{Convert.ToHexString(read.AsSpan(0, length))}{(bytes.Length > length ? $"... ({bytes.Length} bytes)" : "")}";
    }
}
