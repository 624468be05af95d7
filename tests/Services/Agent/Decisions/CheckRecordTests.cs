using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;

namespace DataPlatform.Services.Tests.Agent.Decisions;

public sealed class CheckRecordTests
{
    [Fact]
    public void Only_what_changes_is_told()
    {
        var record = Record(new CheckInfo { Type = CheckInfo.Types.Type.Tcp });

        record.Observe(Tcp(null)).ShouldBeFalse("that nothing is known was said when the task was started");
        record.Observe(Tcp(true)).ShouldBeTrue();
        record.Observe(Tcp(true)).ShouldBeFalse();
        record.Observe(Tcp(false)).ShouldBeTrue("as in Mesos the first failure counts, where nothing else is said");
        record.Observe(Tcp(true)).ShouldBeTrue();
    }

    [Fact]
    public void A_failure_after_a_success_is_told_when_it_has_come_as_often_in_a_row_as_the_check_says()
    {
        var record = Record(new CheckInfo { Type = CheckInfo.Types.Type.Tcp, ConsecutiveFailures = 3 });

        record.Observe(Tcp(false)).ShouldBeTrue("it has not succeeded yet");
        record.Observe(Tcp(true)).ShouldBeTrue();
        record.Observe(Tcp(null)).ShouldBeFalse();
        record.Observe(Tcp(true)).ShouldBeFalse();
        record.Observe(Tcp(false)).ShouldBeFalse();
        record.Observe(Tcp(null)).ShouldBeFalse();
        record.Told.ShouldBe(Tcp(true));
        record.Observe(Tcp(false)).ShouldBeTrue();
    }

    [Fact]
    public void A_first_result_of_0_is_news()
    {
        var record = Record(new CheckInfo { Type = CheckInfo.Types.Type.Command });

        record.Observe(new CheckStatusInfo { Type = CheckInfo.Types.Type.Command, Command = new CheckStatusInfo.Types.Command { ExitCode = 0 } }).ShouldBeTrue();
    }

    private static CheckRecord Record(CheckInfo check) => new(check, CheckRecord.NothingOf(check));

    private static CheckStatusInfo Tcp(bool? connected) => new()
    {
        Type = CheckInfo.Types.Type.Tcp,
        Tcp = connected is { } known ? new CheckStatusInfo.Types.Tcp { Succeeded = known } : new CheckStatusInfo.Types.Tcp(),
    };
}
