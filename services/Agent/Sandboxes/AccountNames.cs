using System.Globalization;

namespace DataPlatform.Services.Agent.Sandboxes;

/// <summary>Names of users or groups by their number, as <c>/etc/passwd</c> and <c>/etc/group</c> have them.</summary>
internal sealed class AccountNames
{
    private readonly Dictionary<string, string> names = new(StringComparer.Ordinal);

    public static AccountNames Read(string file)
    {
        var read = new AccountNames();
        foreach (var fields in File.ReadLines(file).Select(line => line.Split(':')).Where(fields => fields.Length >= 3))
            read.names.TryAdd(fields[2], fields[0]);
        return read;
    }

    /// <summary>The number itself where it has no name.</summary>
    public string Of(uint number)
    {
        var text = number.ToString(CultureInfo.InvariantCulture);
        return names.GetValueOrDefault(text, text);
    }
}
