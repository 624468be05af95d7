using System.Globalization;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Hosting.Settings;
using ValueType = DataPlatform.Core.Protocol.Mesos.Value.Types.Type;

namespace DataPlatform.Services.Agent.Configuration;

/// <summary>Resources and attributes in Mesos's text form: <c>cpus:4;ports:[31000-31999,32005-32005];tags:{a,b}</c>.</summary>
internal static class ResourceText
{
    /// <exception cref="SettingsException">Names the part that can't be read.</exception>
    public static List<Resource> Resources(string text)
    {
        var found = new List<Resource>();
        foreach (var (name, value) in Parts("resources", text))
        {
            if (name.Contains('(', StringComparison.Ordinal))
                throw new SettingsException($"--resources '{name}': resources reserved at start are not supported; give the bare name");
            if (found.Exists(each => each.Name == name))
                throw new SettingsException($"--resources names '{name}' twice");
            var (type, scalar, ranges, set) = Parse("resources", name, value);
            if (type == ValueType.Text)
                throw new SettingsException($"--resources '{name}:{value}': expected a number, [ranges] or {{items}}");
            if (scalar is { Value: < 0 })
                throw new SettingsException($"--resources '{name}:{value}': must not be negative");
            found.Add(new Resource { Name = name, Type = type, Scalar = scalar, Ranges = ranges, Set = set });
        }

        return found;
    }

    /// <exception cref="SettingsException">Names the part that can't be read.</exception>
    public static List<AgentAttribute> Attributes(string text) => Parts("attributes", text).Select(part =>
    {
        var (type, scalar, ranges, set) = Parse("attributes", part.Name, part.Value);
        return new AgentAttribute
        {
            Name = part.Name,
            Type = type,
            Scalar = scalar,
            Ranges = ranges,
            Set = set,
            Text = type == ValueType.Text ? new Value.Types.Text { Value = part.Value } : null,
        };
    }).ToList();

    private static IEnumerable<(string Name, string Value)> Parts(string setting, string text)
    {
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            if (colon < 1 || colon == part.Length - 1)
                throw new SettingsException($"--{setting} '{part}': expected name:value");
            yield return (part[..colon].Trim(), part[(colon + 1)..].Trim());
        }
    }

    private static (ValueType, Value.Types.Scalar?, Value.Types.Ranges?, Value.Types.Set?) Parse(string setting, string name, string value)
    {
        if (value.StartsWith('[') && value.EndsWith(']'))
            return (ValueType.Ranges, null, ParseRanges(setting, name, value), null);
        if (value.StartsWith('{') && value.EndsWith('}'))
        {
            var set = new Value.Types.Set();
            set.Item.AddRange(value[1..^1].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
            return (ValueType.Set, null, null, set);
        }

        return double.TryParse(value, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? (ValueType.Scalar, new Value.Types.Scalar { Value = number }, null, null)
            : (ValueType.Text, null, null, null);
    }

    private static Value.Types.Ranges ParseRanges(string setting, string name, string value)
    {
        var ranges = new Value.Types.Ranges();
        foreach (var range in value[1..^1].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var ends = range.Split('-');
            if (ends.Length != 2 ||
                !ulong.TryParse(ends[0].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var begin) ||
                !ulong.TryParse(ends[1].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var end) || end < begin)
                throw new SettingsException($"--{setting} '{name}:{value}': '{range}' is not a range like 31000-31999");
            ranges.Range.Add(new Value.Types.Range { Begin = begin, End = end });
        }

        return ranges;
    }
}
