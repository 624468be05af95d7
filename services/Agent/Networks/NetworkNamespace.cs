using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using DataPlatform.Services.Agent.Native;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Agent.Networks;

/// <summary>Things done in the network of a task that has one of its own.</summary>
internal static class NetworkNamespace
{
    private const nint NewNetwork = 0x40000000;
    private const nuint SetFlags = 0x8914; // SIOCSIFFLAGS
    private const int NameSize = 16;
    private const int RequestSize = 40; // struct ifreq
    private const short IsUp = 0x1;

    /// <summary>A socket of that network, whoever uses it.</summary>
    /// <exception cref="IOException">The task has ended.</exception>
    public static Socket OpenSocket(ProcessIdentity first) => Within(first, () => new Socket(SocketType.Stream, ProtocolType.Tcp));

    /// <summary>A new network has a loopback that is down.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public static void RaiseLoopback(ProcessIdentity first) => Within(first, () =>
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var request = Marshal.AllocCoTaskMem(RequestSize);
        try
        {
            var content = new byte[RequestSize];
            Encoding.ASCII.GetBytes("lo", content);
            BinaryPrimitives.WriteInt16LittleEndian(content.AsSpan(NameSize), IsUp);
            Marshal.Copy(content, 0, request, RequestSize);
            return Libc.ioctl(socket.SafeHandle, SetFlags, request) == 0
                ? true
                : throw new IOException($"Cannot raise the task's loopback: {Marshal.GetLastPInvokeErrorMessage()}");
        }
        finally
        {
            Marshal.FreeCoTaskMem(request);
        }
    });

    /// <summary>On a thread that ends afterwards: it stays in that network.</summary>
    private static T Within<T>(ProcessIdentity first, Func<T> action)
    {
        var descriptor = (int)Libc.syscall(SystemCall.OpenProcess, first.Pid, 0, 0, 0);
        using var process = new SafeFileHandle(descriptor, ownsHandle: true);
        if (descriptor < 0 || !ProcessStat.IsAlive(first))
            throw new IOException("The task has ended");
        T? result = default;
        Exception? problem = null;
        var thread = new Thread(() =>
        {
            try
            {
                if (Libc.systemCall(SystemCall.SetNamespace, descriptor, NewNetwork, 0, 0, 0) != 0)
                    throw new IOException($"Cannot join the task's network: {Marshal.GetLastPInvokeErrorMessage()}");
                result = action();
            }
            catch (Exception caught) when (caught is IOException or SocketException)
            {
                problem = caught;
            }
        }) { IsBackground = true, Name = "task's network" };
        thread.Start();
        thread.Join();
        return problem is null ? result! : throw new IOException(problem.Message, problem);
    }
}
