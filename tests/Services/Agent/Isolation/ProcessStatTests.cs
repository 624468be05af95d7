using DataPlatform.Services.Agent.Native;

namespace DataPlatform.Services.Tests.Agent.Isolation;

public sealed class ProcessStatTests
{
    [Fact]
    public void Reads_a_line_whatever_the_program_is_called()
    {
        var stat = ProcessStat.Parse("4242 (evil) R 1 (x) S 17 18 19 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 1 2").ShouldNotBeNull();

        stat.ShouldBe(new ProcessStat(4242, 'S', 17, 19, 987_654));
    }

    [Fact]
    public void Knows_this_process_from_a_later_one_with_its_id()
    {
        var self = ProcessStat.Of(Environment.ProcessId).ShouldNotBeNull();

        ProcessStat.IsAlive(new ProcessIdentity(self.Pid, self.StartTicks)).ShouldBeTrue();
        ProcessStat.IsAlive(new ProcessIdentity(self.Pid, self.StartTicks + 1)).ShouldBeFalse();
    }
}
