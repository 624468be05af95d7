using System.Globalization;
using System.Text.Json;
using DataPlatform.Core.Protocol.Mesos;
using ValueType = DataPlatform.Core.Protocol.Mesos.Value.Types.Type;

namespace DataPlatform.Services.Master.Endpoints.Older;

/// <summary>Resources as the older endpoints show them: scalars as numbers, ranges and sets as text, the usual four always.</summary>
internal static class OlderResources
{
    private static readonly string[] Usual = ["disk", "mem", "gpus", "cpus"];

    public static void Write(Utf8JsonWriter json, string name, IEnumerable<Resource> resources)
    {
        var all = resources.ToList();
        json.WriteStartObject(name);
        var scalars = all.Where(resource => resource.Type == ValueType.Scalar).GroupBy(resource => resource.Name)
            .ToDictionary(group => group.Key, group => Sum(group));
        foreach (var usual in Usual)
            json.WriteNumber(usual, scalars.GetValueOrDefault(usual));
        foreach (var (other, amount) in scalars.Where(scalar => !Usual.Contains(scalar.Key)).OrderBy(scalar => scalar.Key, StringComparer.Ordinal))
            json.WriteNumber(other, amount);
        foreach (var ranges in all.Where(resource => resource.Type == ValueType.Ranges).GroupBy(resource => resource.Name))
            json.WriteString(ranges.Key, $"[{string.Join(", ", Merge(ranges).Select(range => string.Create(CultureInfo.InvariantCulture, $"{range.Begin}-{range.End}")))}]");
        foreach (var sets in all.Where(resource => resource.Type == ValueType.Set).GroupBy(resource => resource.Name))
            json.WriteString(sets.Key, $"{{{string.Join(", ", sets.SelectMany(resource => resource.Set.Item).Distinct().Order(StringComparer.Ordinal))}}}");
        json.WriteEndObject();
    }

    /// <summary>Every resource as a number: of ranges and sets how many there are.</summary>
    public static void WriteQuantities(Utf8JsonWriter json, string name, IEnumerable<Resource> resources)
    {
        json.WriteStartObject(name);
        foreach (var (kind, amount) in Quantities(resources))
            json.WriteNumber(kind, amount);
        json.WriteEndObject();
    }

    private static SortedDictionary<string, double> Quantities(IEnumerable<Resource> resources)
    {
        var sums = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var group in resources.GroupBy(resource => (resource.Name, resource.Type)))
        {
            sums[group.Key.Name] = group.Key.Type switch
            {
                ValueType.Scalar => Sum(group),
                ValueType.Ranges => group.SelectMany(resource => resource.Ranges.Range).Sum(range => range.End - range.Begin + 1.0),
                _ => group.SelectMany(resource => resource.Set?.Item ?? []).Count(),
            };
        }

        return sums;
    }

    /// <summary>Added up in thousandths, as everywhere in the pool: 0.1 + 0.2 is 0.3 here.</summary>
    private static double Sum(IEnumerable<Resource> scalars) =>
        scalars.Sum(resource => (decimal)Math.Round(resource.Scalar.Value * 1000)) is var sum ? (double)(sum / 1000) : 0;

    private static List<(ulong Begin, ulong End)> Merge(IEnumerable<Resource> resources)
    {
        var merged = new List<(ulong Begin, ulong End)>();
        foreach (var range in resources.SelectMany(resource => resource.Ranges.Range).OrderBy(range => range.Begin))
        {
            if (merged.Count > 0 && range.Begin <= merged[^1].End + 1)
                merged[^1] = (merged[^1].Begin, Math.Max(merged[^1].End, range.End));
            else
                merged.Add((range.Begin, range.End));
        }

        return merged;
    }
}
