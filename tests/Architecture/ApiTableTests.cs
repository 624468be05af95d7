using DataPlatform.Core.Protocol.Mesos;
using Google.Protobuf.Reflection;

namespace DataPlatform.Architecture.Tests;

/// <summary>docs/mesos-api.md speaks of every call, event and operation there is, and of no others.</summary>
public sealed class ApiTableTests
{
    public static TheoryData<string, string> Tables => new()
    {
        { "## Scheduler calls", "SchedulerCall.Type" }, { "## Scheduler events", "SchedulerEvent.Type" }, { "## Operations of an ACCEPT", "Offer.Operation.Type" },
        { "## Executor calls", "ExecutorCall.Type" }, { "## Executor events", "ExecutorEvent.Type" }, { "## Operator calls on the master", "OperatorCall.Type" },
        { "## Operator events", "OperatorEvent.Type" }, { "## Operator calls on an agent", "AgentOperatorCall.Type" },
    };

    private static Dictionary<string, EnumDescriptor> Enums => new[]
    {
        SchedulerCall.Descriptor, SchedulerEvent.Descriptor, Offer.Types.Operation.Descriptor, ExecutorCall.Descriptor,
        ExecutorEvent.Descriptor, OperatorCall.Descriptor, OperatorEvent.Descriptor, AgentOperatorCall.Descriptor,
    }.SelectMany(message => message.EnumTypes).Where(each => each.Name == "Type")
        .ToDictionary(each => each.FullName["dataplatform.mesos.v1.".Length..]);

    [Theory]
    [MemberData(nameof(Tables))]
    public void Each_value_of_the_wire_has_its_row_and_says_whether_it_works(string heading, string enumeration)
    {
        var rows = Rows(heading).ToDictionary(row => row[0], row => row[1]);

        rows.Keys.Order().ShouldBe(Enums[enumeration].Values.Select(value => value.Name).Where(name => name != "UNKNOWN").Order());
        rows.Values.ShouldAllBe(verdict => verdict == "works" || verdict == "differs" || verdict == "not");
    }

    private static IEnumerable<string[]> Rows(string heading) => File.ReadAllLines(Path.Combine(SourceTree.Root, "docs", "mesos-api.md"))
        .SkipWhile(line => !line.StartsWith(heading, StringComparison.Ordinal)).Skip(1)
        .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
        .Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1)
        .Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray());
}
