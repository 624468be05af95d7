using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Nested;
using Microsoft.Extensions.Time.Testing;

namespace DataPlatform.Services.Tests.Agent.Nested;

public sealed class ProcessOutputTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly ProcessIO Record = new() { Type = ProcessIO.Types.Type.Data };
    private readonly FakeTimeProvider time = new();

    [Fact]
    public async Task The_writer_waits_for_a_sessions_reader_and_cuts_it_off_when_it_reads_nothing_for_too_long()
    {
        using var output = new ProcessOutput(Patience, time);
        ValueTask sending = default;
        var sent = 0;
        for (; sending.IsCompleted && sent < 1000; sent++)
            sending = output.SendAsync(Record);
        sent.ShouldBeInRange(2, 999);
        time.Advance(Patience - TimeSpan.FromSeconds(1));
        sending.IsCompleted.ShouldBeFalse();
        output.WasTooSlow.ShouldBeFalse();

        time.Advance(TimeSpan.FromSeconds(1));
        await sending;

        output.WasTooSlow.ShouldBeTrue();
        await output.SendAsync(Record); // To nobody; it holds up nothing.
    }

    [Fact]
    public async Task The_writer_does_not_wait_for_other_readers()
    {
        using var output = new ProcessOutput(patience: null, time);
        for (var sent = 0; sent < 1000; sent++)
            await output.SendAsync(Record);

        output.WasTooSlow.ShouldBeTrue();
    }
}
