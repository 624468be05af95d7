using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Tests.Fuzzing;
using Google.Protobuf;

namespace DataPlatform.Core.Tests.Pool;

public class TaskRecordsTests
{
    [Fact]
    public void A_copy_has_every_field_that_the_record_has()
    {
        var messages = new RandomMessages(new Random(1));
        var seen = new HashSet<string>();
        for (var round = 0; round < 300; round++)
        {
            var record = messages.Next<TaskRecord>();
            // What every record has.
            (record.Name, record.State) = ("task", TaskState.TaskLost);
            record.Limits["mem"] = messages.Next<Value.Types.Scalar>();
            foreach (var field in TaskRecord.Descriptor.Fields.InDeclarationOrder())
            {
                if (field.IsRepeated ? ((System.Collections.ICollection)field.Accessor.GetValue(record)).Count > 0 : field.Accessor.HasValue(record))
                    seen.Add(field.Name);
            }

            record.Copy().ToByteString().ShouldBe(record.ToByteString());
        }

        seen.Count.ShouldBe(TaskRecord.Descriptor.Fields.InDeclarationOrder().Count, "a field that no random record has is not looked at");
    }

    [Fact]
    public void What_happens_to_a_copy_does_not_happen_to_the_record()
    {
        var record = new TaskRecord { State = TaskState.TaskRunning, Statuses = { new TaskReport { State = TaskState.TaskRunning } } };

        var copy = record.Copy();
        copy.State = TaskState.TaskFinished;
        copy.Statuses.Add(new TaskReport { State = TaskState.TaskFinished });

        record.State.ShouldBe(TaskState.TaskRunning);
        record.Statuses.Count.ShouldBe(1);
    }
}
