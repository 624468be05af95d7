using DataPlatform.Services.Agent.Launching;

namespace DataPlatform.Services.Tests.Agent.Launching;

public sealed class ListeningPortsTests
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

        ListeningPorts.Parse(lines).ShouldBe([31_000, 31_002]);
    }
}
