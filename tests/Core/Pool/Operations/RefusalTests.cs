using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Tests.Pool.Operations;

public sealed class RefusalTests
{
    private readonly PoolUnderTest pool = new();

    public static TheoryData<string> Cases => [.. Bad.Keys];

    private static Dictionary<string, (Offer.Types.Operation Operation, string Said)> Bad => new()
    {
        ["more than the offer"] = (Ask.Reserve(Ask.Reserved("disk:1001")), "but the offer has"),
        ["to another role"] = (Ask.Reserve(Ask.Reserved("disk:1", "other")), "'other'"),
        ["no reservation"] = (Ask.Reserve(ResourceText.Parse("disk:1")), "no dynamic reservation"),
        ["a static reservation"] = (Ask.Reserve(ResourceText.Parse("disk(role):1")), "no dynamic reservation"),
        ["nothing"] = (Ask.Reserve(ResourceBag.Empty), "names no resources"),
        ["unreserving what is not reserved"] = (Ask.Unreserve(ResourceText.Parse("disk:1")), "no dynamic reservation"),
        ["unreserving what was not reserved here"] = (Ask.Unreserve(Ask.Reserved("disk:1")), "but the offer has"),
        ["a volume on unreserved disk"] = (Ask.Create(ResourceBag.Of(Ask.Volume("v", 1).Select(entry => entry with { Kind = entry.Kind.WithReservations([]) }))), "not reserved"),
        ["a volume that leads out"] = (Ask.Create(Ask.Volume("v", 1, path: "../x")), "leads out of the sandbox"),
        ["a volume id that leads out"] = (Ask.Create(Ask.Volume("..", 1)), "another directory"),
        ["a shared volume"] = (Ask.Create(Ask.Volume("v", 1, shared: true)), "SHARED_RESOURCES"),
        ["destroying what is no volume"] = (Ask.Destroy(Ask.Reserved("disk:1")), "no persistent volume"),
        ["no body"] = (new() { Type = Offer.Types.Operation.Types.Type.GrowVolume }, "does not carry"),
        ["a disk of a provider"] = (new() { Type = Offer.Types.Operation.Types.Type.CreateDisk }, "resource provider"),
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_makes_no_sense_is_refused_with_the_reason_and_changes_nothing(string name)
    {
        var agent = pool.Register("a", "cpus:4;disk:1000");
        var framework = pool.Subscribe("f");
        var (operation, said) = Bad[name];

        pool.Operate(framework, pool.OffersTo("f"), operation);

        var told = pool.ToldTo("f").Where(told => told.UpdateOperationStatus is not null).ShouldHaveSingleItem().UpdateOperationStatus.Status;
        told.State.ShouldBe(OperationState.OperationError);
        told.Message.ShouldContain(said);
        pool.State.Agents[agent].Total.ShouldBe(ResourceText.Parse("cpus:4;disk:1000"));
        pool.ToldToAgent("a").ShouldAllBe(news => news.ApplyOperation == null);
        pool.OffersTo("f").ShouldHaveSingleItem();
    }

    [Fact]
    public void A_volume_id_names_one_volume_of_a_role()
    {
        pool.Register("a", "cpus:4;disk:1000");
        var framework = pool.Subscribe("f");

        pool.Operate(framework, pool.OffersTo("f"), Ask.Reserve(Ask.Reserved("disk:100")), Ask.Create(Ask.Volume("v", 10)), Ask.Create(Ask.Volume("v", 20, path: "elsewhere")));

        pool.ToldTo("f").Where(told => told.UpdateOperationStatus is not null).ShouldHaveSingleItem()
            .UpdateOperationStatus.Status.Message.ShouldContain("already");
    }

    [Fact]
    public void An_operation_id_names_one_operation()
    {
        pool.Register("a", "cpus:4;disk:1000");
        var framework = pool.Subscribe("f");

        pool.Operate(framework, pool.OffersTo("f"), Ask.Reserve(Ask.Reserved("disk:1"), "op"), Ask.Reserve(Ask.Reserved("disk:2"), "op"));

        pool.ToldTo("f").Where(told => told.UpdateOperationStatus is not null).ShouldHaveSingleItem()
            .UpdateOperationStatus.Status.Message.ShouldContain("in use");
        pool.State.Operations.Count.ShouldBe(1);
    }
}
