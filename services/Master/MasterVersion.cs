using System.Reflection;

namespace DataPlatform.Services.Master;

internal static class MasterVersion
{
    /// <summary>Such as 1.0.0: without what the build adds to it.</summary>
    public static string Text { get; } = typeof(MasterVersion).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";
}
