using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;
using Google.Protobuf;

namespace DataPlatform.Services.Tests.Agent.Decisions;

public sealed class UpdateQueueTests
{
    private static readonly TimeSpan Start = TimeSpan.FromHours(1);

    [Fact]
    public void Waits_ten_seconds_then_twice_as_long_each_time_up_to_ten_minutes()
    {
        var queue = new UpdateQueue();
        queue.Enqueue(Report(1));
        var now = Start;
        var waits = new List<double>();
        for (var attempt = 0; attempt < 9; attempt++)
        {
            queue.TakeDue(now).ShouldNotBeNull();
            waits.Add((queue.Due!.Value - now).TotalSeconds);
            now = queue.Due.Value;
        }

        waits.ShouldBe([10, 20, 40, 80, 160, 320, 600, 600, 600]);
    }

    [Fact]
    public void Gives_nothing_before_its_time()
    {
        var queue = new UpdateQueue();
        queue.Enqueue(Report(1));
        queue.TakeDue(Start);

        queue.TakeDue(Start + TimeSpan.FromSeconds(9.9)).ShouldBeNull();
        queue.TakeDue(Start + TimeSpan.FromSeconds(10)).ShouldNotBeNull();
    }

    [Fact]
    public void Only_the_acknowledgement_of_what_is_being_sent_counts()
    {
        var queue = new UpdateQueue();
        queue.Enqueue(Report(1));
        queue.Enqueue(Report(2));

        queue.Acknowledge(Uuid(2)).ShouldBeFalse();
        queue.Acknowledge(Uuid(1)).ShouldBeTrue();
        queue.Acknowledge(Uuid(1)).ShouldBeFalse();
        queue.TakeDue(Start)!.Uuid.ShouldBe(Uuid(2));
    }

    private static ByteString Uuid(byte number) => ByteString.CopyFrom(number);

    private static TaskReport Report(byte uuid) => new() { TaskId = new TaskID { Value = "t" }, State = TaskState.TaskRunning, Uuid = Uuid(uuid) };
}
