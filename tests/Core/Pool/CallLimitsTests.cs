using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;
using CallType = DataPlatform.Core.Protocol.Mesos.SchedulerCall.Types.Type;
using Operation = DataPlatform.Core.Protocol.Mesos.Offer.Types.Operation;

namespace DataPlatform.Core.Tests.Pool;

public sealed class CallLimitsTests
{
    private static readonly CallLimits Limits = new()
    {
        Roles = 3, Capabilities = 3, Labels = 3, Offers = 3, Operations = 3, Tasks = 3, Reconciled = 3, InfoBytes = 1000,
    };

    public static TheoryData<string> Sizes => ["roles", "suppressed", "capabilities", "labels", "name", "offers", "operations", "tasks", "group", "task", "declined", "revived", "suppress", "reconciled", "operations asked"];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_call_of_the_size_allowed_passes_and_one_larger_is_refused_with_the_limit(string what)
    {
        var most = what is "name" or "task" ? 900 : 3;

        Limits.WhyNot(Call(what, most)).ShouldBeNull();
        var why = Limits.WhyNot(Call(what, most == 3 ? 4 : 1001)).ShouldNotBeNull();

        why.ShouldContain(most == 3 ? "at most 3" : "at most 1000");
    }

    [Fact]
    public void What_a_large_honest_scheduler_sends_is_allowed()
    {
        var limits = new CallLimits();

        limits.WhyNot(Call("tasks", 5_000)).ShouldBeNull();
        limits.WhyNot(Call("declined", 20_000)).ShouldBeNull();
        limits.WhyNot(Call("reconciled", 50_000)).ShouldBeNull();
        limits.WhyNot(Call("roles", 200_000)).ShouldNotBeNull();
    }

    private static SchedulerCall Call(string what, int size)
    {
        var many = Enumerable.Range(0, size).Select(number => $"{number}").ToList();
        return what switch
        {
            "roles" => Subscribe(info => info.Roles.Add(many)),
            "capabilities" => Subscribe(info => info.Capabilities.Add(many.Select(_ => new FrameworkInfo.Types.Capability()))),
            "labels" => Subscribe(info => info.Labels = LabelsOf(many)),
            "name" => Subscribe(info => info.Name = new string('n', size)),
            "suppressed" => Suppressed(many),
            "offers" => Accept(accept => accept.OfferIds.Add(many.Select(id => new OfferID { Value = id }))),
            "operations" => Accept(accept => accept.Operations.Add(many.Select(_ => new Operation()))),
            "tasks" => Accept(accept => accept.Operations.Add(Launch(many))),
            "group" => Accept(accept => accept.Operations.Add(Group(many))),
            "task" => Accept(accept => accept.Operations.Add(Launch([new string('t', size)]))),
            "declined" => new() { Type = CallType.Decline, Decline = new() { OfferIds = { many.Select(id => new OfferID { Value = id }) } } },
            "revived" => new() { Type = CallType.Revive, Revive = new() { Roles = { many } } },
            "suppress" => new() { Type = CallType.Suppress, Suppress = new() { Roles = { many } } },
            "reconciled" => new()
            {
                Type = CallType.Reconcile,
                Reconcile = new() { Tasks = { many.Select(id => new SchedulerCall.Types.Reconcile.Types.Task { TaskId = new() { Value = id } }) } },
            },
            "operations asked" => new()
            {
                Type = CallType.ReconcileOperations,
                ReconcileOperations = new()
                {
                    Operations = { many.Select(id => new SchedulerCall.Types.ReconcileOperations.Types.Operation { OperationId = new() { Value = id } }) },
                },
            },
            _ => throw new ArgumentOutOfRangeException(nameof(what)),
        };
    }

    private static SchedulerCall Subscribe(Action<FrameworkInfo> fill)
    {
        var info = new FrameworkInfo { User = "u", Name = "n" };
        fill(info);
        return new SchedulerCall { Type = CallType.Subscribe, Subscribe = new() { FrameworkInfo = info } };
    }

    private static SchedulerCall Suppressed(IEnumerable<string> roles)
    {
        var call = Subscribe(_ => { });
        call.Subscribe.SuppressedRoles.Add(roles);
        return call;
    }

    private static SchedulerCall Accept(Action<SchedulerCall.Types.Accept> fill)
    {
        var call = new SchedulerCall { Type = CallType.Accept, Accept = new() };
        fill(call.Accept);
        return call;
    }

    private static Operation Launch(IEnumerable<string> ids) => new()
    {
        Type = Operation.Types.Type.Launch, Launch = new() { TaskInfos = { ids.Select(TaskOf) } },
    };

    private static Operation Group(IEnumerable<string> ids) => new()
    {
        Type = Operation.Types.Type.LaunchGroup, LaunchGroup = new() { TaskGroup = new() { Tasks = { ids.Select(TaskOf) } } },
    };

    private static TaskInfo TaskOf(string id) => new() { Name = "t", TaskId = new() { Value = id }, AgentId = new() { Value = "S" } };

    private static Labels LabelsOf(IEnumerable<string> keys) => new() { Labels_ = { keys.Select(key => new Label { Key = key }) } };
}
