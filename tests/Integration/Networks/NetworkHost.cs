using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using DataPlatform.Core.Client.Http;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Integration.Tests.Networks;

/// <summary>One host of a <see cref="Network"/>: programs start in it, and this process may speak from it.</summary>
internal sealed partial class NetworkHost(string name, string address)
{
    private const int NewNetwork = 0x40000000;

    public string Name => name;

    public string Address => address;

    /// <summary>Where the kernel shows the namespace.</summary>
    public string Path => System.IO.Path.Combine(NamespaceName.Folder, name);

    /// <summary>What stands before a program and its arguments to run it there, under the id that it is started with.</summary>
    public IReadOnlyList<string> Enter => ["nsenter", $"--net={Path}", "--"];

    /// <summary>HTTP from this host; otherwise as the clients of the platform speak it.</summary>
    public HttpMessageHandler Http() => LongConnections.Handler(() => Open(() => new Socket(SocketType.Stream, ProtocolType.Tcp)));

    public Socket OpenDatagrams() => Open(() =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
        return socket;
    });

    /// <summary>A socket stays in the network where it was made, whoever uses it. Made by a thread that ends afterwards, as it stays there too.</summary>
    private Socket Open(Func<Socket> open)
    {
        Socket? socket = null;
        Exception? problem = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var network = File.OpenHandle(Path);
                if (SetNamespace(network, NewNetwork) != 0) throw new IOException(Marshal.GetLastPInvokeErrorMessage());
                socket = open();
            }
            catch (Exception error) when (error is IOException or SocketException)
            {
                problem = error;
            }
        });
        thread.Start();
        thread.Join();
        return socket ?? throw new IOException($"{Path}: {problem!.Message}", problem);
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeFileHandle descriptor, int kind);
}
