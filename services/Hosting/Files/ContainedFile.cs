using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Hosting.Files;

/// <summary>A file beneath a folder, or why there is none to read.</summary>
/// <param name="Error">Of the call that failed, as in errno.</param>
/// <param name="Kind">What it is that is no file, such as a pipe.</param>
public readonly record struct ContainedFile(SafeFileHandle? File, int Error, string? Kind)
{
    /// <summary>By a link, or by <c>..</c>.</summary>
    public bool LeavesTheFolder => Error is FileCalls.ErrorCrossDevice or FileCalls.ErrorLoop;

    public bool IsMissing => Error is FileCalls.ErrorNotFound or FileCalls.ErrorNotFolder;

    public bool IsForbidden => Error is FileCalls.ErrorAccess;

    /// <summary>In the C library's words.</summary>
    public string Reason => Marshal.GetPInvokeErrorMessage(Error);
}
