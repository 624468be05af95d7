using System.Globalization;
using System.Runtime.InteropServices;

namespace DataPlatform.Operators.Sdk;

/// <summary>Gives what is made in the lake to the user that clusters' tasks run as, so that they can work with it.</summary>
public sealed class LakeOwner
{
    private readonly (uint User, uint Group)? ids;

    private LakeOwner((uint User, uint Group)? ids) => this.ids = ids;

    /// <summary>Only root can give files away; whoever else runs this is the tasks' user itself.</summary>
    public static LakeOwner Of(string user) => new(Environment.IsPrivilegedProcess ? Find(user, File.ReadLines("/etc/passwd")) : null);

    /// <summary>Null where no such user is known.</summary>
    public static (uint User, uint Group)? Find(string user, IEnumerable<string> passwd)
    {
        foreach (var line in passwd)
        {
            var fields = line.Split(':');
            if (fields.Length >= 4 && fields[0] == user && Number(fields[2]) is { } id && Number(fields[3]) is { } group)
                return (id, group);
        }
        return null;
    }

    /// <summary>The file or folder itself, never what a link leads to.</summary>
    /// <exception cref="IOException">The file system does not permit it.</exception>
    public void Own(string path)
    {
        if (ids is { } owner && ChangeOwner(path, owner.User, owner.Group) != 0)
            throw new IOException($"Cannot give {path} to the user of tasks: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    private static uint? Number(string text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    [DllImport("libc", EntryPoint = "lchown", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ChangeOwner([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint user, uint group);
}
