using System.IO.Pipelines;
using System.Text;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;
using Google.Protobuf;

namespace DataPlatform.Core.Tests.Protocol;

public sealed class MesosJsonTests
{
    private static T Parse<T>(string json) where T : class, IMessage<T>, new() => MesosJson.Parse<T>(Encoding.UTF8.GetBytes(json));

    private static string Write(IMessage message) => Encoding.UTF8.GetString(MesosJson.Serialize(message));

    [Fact]
    public void Writes_64_bit_integers_as_numbers_and_bytes_as_base64()
    {
        Write(new TimeInfo { Nanoseconds = 1234567890123456789 }).ShouldBe("""{"nanoseconds":1234567890123456789}""");
        Write(new UUID { Value = ByteString.CopyFrom(1, 2, 3) }).ShouldBe("""{"value":"AQID"}""");
    }

    [Fact]
    public void Writes_a_message_of_the_newer_syntax_as_it_reads_it()
    {
        var drain = new OperatorCall
        {
            DrainAgent = new() { AgentId = new() { Value = "S0" }, MaxGracePeriod = new Google.Protobuf.WellKnownTypes.Duration { Seconds = 10 } },
        };

        Parse<OperatorCall>(Write(drain)).ShouldBe(drain);
    }

    [Fact]
    public void Refuses_a_member_whose_name_is_no_text()
    {
        byte[] body = [.. "{\"type\":\"SUBSCRIBE\",\""u8, 0xC8, .. "\":1}"u8];

        Should.Throw<MessageFormatException>(() => MesosJson.Parse<SchedulerCall>(body)).Message.ShouldContain("not UTF-8");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(5001)]
    public async Task Writes_a_large_message_in_pieces_that_are_the_same_text(int tasks)
    {
        var list = new OperatorResponse.Types.GetTasks();
        list.Tasks.Add(Enumerable.Range(0, tasks).Select(Record));
        list.CompletedTasks.Add(Enumerable.Range(tasks, tasks).Select(Record));
        await IsSameInPieces(new OperatorResponse { Type = OperatorResponse.Types.Type.GetTasks, GetTasks = list });
        await IsSameInPieces(new OperatorResponse { Type = OperatorResponse.Types.Type.GetState, GetState = new() { GetTasks = list, GetFrameworks = new() } });
    }

    private static async Task IsSameInPieces(OperatorResponse answer)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 256 * 1024, resumeWriterThreshold: 128 * 1024));
        var writing = MesosJson.WriteAsync(pipe.Writer, answer, CancellationToken.None).ContinueWith(_ => pipe.Writer.Complete());
        using var text = new MemoryStream();
        await pipe.Reader.CopyToAsync(text);
        await writing;
        Encoding.UTF8.GetString(text.ToArray()).ShouldBe(Write(answer));
    }

    private static TaskRecord Record(int number) => new()
    {
        Name = $"task {number}",
        TaskId = new TaskID { Value = $"{number}" },
        FrameworkId = new FrameworkID { Value = "f" },
        AgentId = new AgentID { Value = "a" },
        State = TaskState.TaskRunning,
    };

    [Fact]
    public void Writes_a_field_that_has_a_default_even_when_unset() =>
        Write(new CommandInfo { Value = "true" }).ShouldBe("""{"shell":true,"value":"true"}""", StringCompareShould.IgnoreCase);

    [Fact]
    public void Takes_null_for_absent_and_ignores_members_it_does_not_know() =>
        Parse<SchedulerCall>("""{"type":"REVIVE","framework_id":null,"revive":{"roles":["a"]},"later":{"x":[1]}}""")
            .ShouldBe(new SchedulerCall { Type = SchedulerCall.Types.Type.Revive, Revive = new() { Roles = { "a" } } });

    [Theory]
    [InlineData("""{"type":"DANCE"}""", "type")]
    [InlineData("""{"type":"DECLINE","decline":{"offer_ids":"x"}}""", "decline.offer_ids")]
    [InlineData("""{"type":"DECLINE","decline":{"offer_ids":[{"value":7}]}}""", "decline.offer_ids[0].value")]
    [InlineData("""{"type":"DECLINE","decline":{"offer_ids":[{}]}}""", "decline.offer_ids[0].value")]
    [InlineData("""{"type":"DECLINE","decline":{"filters":{"refuse_seconds":"5"}}}""", "decline.filters.refuse_seconds")]
    [InlineData("[1]", "object")]
    [InlineData("""{"type":""", "JSON")]
    [InlineData("", "JSON")]
    [InlineData("""{"framework_id":{"value":"\ud800"}}""", "framework_id.value")]
    public void Refuses_what_is_no_call_and_names_the_field(string json, string named) =>
        Should.Throw<MessageFormatException>(() => Parse<SchedulerCall>(json)).Message.ShouldContain(named);

    [Fact]
    public void Refuses_nesting_beyond_64_levels() =>
        Should.Throw<MessageFormatException>(() => Parse<SchedulerCall>(string.Concat(Enumerable.Repeat("""{"a":""", 100_000))));

    [Fact]
    public void Reads_back_what_it_wrote()
    {
        var offer = new Offer
        {
            Id = new() { Value = "o" }, FrameworkId = new() { Value = "f" }, AgentId = new() { Value = "a" }, Hostname = "h",
            Resources =
            {
                new Resource { Name = "cpus", Type = Value.Types.Type.Scalar, Scalar = new() { Value = 0.1 }, AllocationInfo = new() { Role = "r" } },
                new Resource { Name = "ports", Type = Value.Types.Type.Ranges, Ranges = new() { Range = { new Value.Types.Range { Begin = 1, End = 9 } } } },
            },
        };
        MesosJson.Parse<Offer>(MesosJson.Serialize(offer)).ShouldBe(offer);
    }

    [Fact]
    public void Reads_and_writes_infinity() =>
        Write(Parse<Filters>("""{"refuse_seconds":"Infinity"}""")).ShouldBe("""{"refuse_seconds":"Infinity"}""");
}
