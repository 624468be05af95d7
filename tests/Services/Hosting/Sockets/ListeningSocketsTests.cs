using System.Net;
using System.Net.Sockets;
using DataPlatform.Services.Hosting.Sockets;

namespace DataPlatform.Services.Tests.Hosting.Sockets;

public sealed class ListeningSocketsTests
{
    [Fact]
    public void Finds_listening_sockets_of_both_families_and_no_others()
    {
        string[] lines =
        [
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
            "   0: 0100007F:7918 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1",
            "   1: 0100007F:7919 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 12346 1",
            "   2: 00000000000000000000000000000000:791A 00000000000000000000000000000000:0000 0A 0 0 0 0 0 0 1",
        ];

        ListeningSockets.Parse(lines).ShouldBe([31_000, 31_002]);
    }

    [Fact]
    public async Task The_kernel_names_as_many_as_there_are_when_asked_and_none_that_only_talks()
    {
        // More than one part of an answer holds.
        var listeners = Enumerable.Range(0, 500).Select(index => new TcpListener(index % 2 == 0 ? IPAddress.Loopback : IPAddress.IPv6Loopback, 0)).ToList();
        try
        {
            foreach (var each in listeners)
                each.Start();
            using var client = new TcpClient();
            await client.ConnectAsync((IPEndPoint)listeners[0].LocalEndpoint, TestContext.Current.CancellationToken);
            var ports = listeners.Select(each => ((IPEndPoint)each.LocalEndpoint).Port).ToList();

            ports.Except(ListeningSockets.Ask().ShouldNotBeNull()).ShouldBeEmpty();
            ports.Except(ListeningSockets.ReadTables()).ShouldBeEmpty();
            ListeningSockets.Ask()!.ShouldNotContain(((IPEndPoint)client.Client.LocalEndPoint!).Port);
        }
        finally
        {
            foreach (var each in listeners)
                each.Dispose();
        }
    }
}
