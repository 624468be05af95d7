using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Protocol.Extensions;

public static class LabelValues
{
    /// <summary>The first value of that key; null when there is none.</summary>
    public static string? Find(this Labels? labels, string key) => labels?.Labels_.FirstOrDefault(label => label.Key == key) is { HasValue: true } label ? label.Value : null;
}
