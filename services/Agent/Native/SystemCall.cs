using System.Runtime.InteropServices;

namespace DataPlatform.Services.Agent.Native;

/// <summary>Numbers of system calls that the C library has no function for, or one that acts on all threads where one alone is meant.</summary>
internal static class SystemCall
{
    private static readonly bool X64 = RuntimeInformation.ProcessArchitecture == Architecture.X64;

    public static readonly nint Unshare = X64 ? 272 : 97;
    public static readonly nint SetNamespace = X64 ? 308 : 268;
    public static readonly nint Mount = X64 ? 165 : 40;
    public static readonly nint OpenTree = 428;
    public static readonly nint MoveMount = 429;
    public static readonly nint MakeFolder = X64 ? 258 : 34;
    public static readonly nint Umask = X64 ? 95 : 166;
    public static readonly nint ProcessControl = X64 ? 157 : 167;
    public static readonly nint SetCapabilities = X64 ? 126 : 91;
    public static readonly nint SetGroups = X64 ? 116 : 159;
    public static readonly nint SetGroupIds = X64 ? 119 : 149;
    public static readonly nint SetUserIds = X64 ? 117 : 147;
    public static readonly nint ProcessLimit = X64 ? 302 : 261;
    public static readonly nint OpenProcess = 434;
    public static readonly nint SetMountAttributes = 442;
    public static readonly nint ChangeFolder = X64 ? 80 : 49;
    public static readonly nint PivotRoot = X64 ? 155 : 41;
    public static readonly nint Unmount = X64 ? 166 : 39;
    public static readonly nint Unlink = X64 ? 263 : 35;
    public static readonly nint SymbolicLink = X64 ? 266 : 36;
    public static readonly nint MakeFile = X64 ? 259 : 33;
    public static readonly nint SetHostName = X64 ? 170 : 161;
}
