namespace DataPlatform.Operators.Sdk.Declared;

internal static class WebPath
{
    /// <summary>What a template gave, as a path below a host: a value at its beginning must not become part of the host.</summary>
    public static string Of(string rendered) => rendered.StartsWith('/') ? rendered : "/" + rendered;
}
