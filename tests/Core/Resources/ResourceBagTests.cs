using DataPlatform.Core.Resources;
using FsCheck.Xunit;

namespace DataPlatform.Core.Tests.Resources;

public class ResourceBagTests
{
    private static readonly ResourceBag Host = ResourceText.Parse("cpus:4;mem:4096;disk:10240;ports:[31000-31999]");

    [Property]
    public void What_is_taken_and_given_back_leaves_the_same(ushort cpus, ushort mem, byte firstPort, byte ports)
    {
        var wanted = ResourceText.Parse(
            $"cpus:{cpus % 4000 / 1000m};mem:{mem % 4096};ports:[{31000 + firstPort}-{31000 + firstPort + ports}]");
        Host.Contains(wanted).ShouldBeTrue();
        var rest = Host.Subtract(wanted);
        rest.Add(wanted).ShouldBe(Host);
        rest.ConflictsWith(wanted).ShouldBeFalse();
        rest.Contains(wanted).ShouldBe(wanted.Numbers("ports").IsEmpty && rest.Amount("cpus") >= wanted.Amount("cpus") && rest.Amount("mem") >= wanted.Amount("mem"));
    }

    [Fact]
    public void Refuses_to_give_what_is_not_there()
    {
        Host.Contains(ResourceText.Parse("cpus:4.001")).ShouldBeFalse();
        Host.Contains(ResourceText.Parse("ports:[31999-32000]")).ShouldBeFalse();
        Host.Contains(ResourceText.Parse("gpus:1")).ShouldBeFalse();
        Should.Throw<InvalidOperationException>(() => Host.Subtract(ResourceText.Parse("cpus:5"))).Message.ShouldContain("cpus:5");
    }

    [Fact]
    public void Gives_a_volume_whole_or_not_at_all()
    {
        static ResourceBag Volume(int units, bool shared = false) => ResourceBag.Of(new ResourceEntry(
            new ResourceKind("disk", reservations: [new Reservation(ReservationType.Dynamic, "a")], disk: new() { Persistence = new() { Id = "v" } }, shared: shared),
            new ResourceValue.Scalar(ResourceAmount.FromUnits(units))));

        Volume(10).Contains(Volume(10)).ShouldBeTrue();
        Volume(10).Contains(Volume(6)).ShouldBeFalse();
        Should.Throw<InvalidOperationException>(() => Volume(10).Subtract(Volume(6))).Message.ShouldContain(":6");
        Volume(20, shared: true).Subtract(Volume(10, shared: true)).ShouldBe(Volume(10, shared: true));
    }

    [Fact]
    public void Refuses_to_add_a_port_twice()
    {
        Host.ConflictsWith(ResourceText.Parse("ports:[31999-32000]")).ShouldBeTrue();
        Should.Throw<InvalidOperationException>(() => Host.Add(ResourceText.Parse("ports:[31999-32000]")));
    }

    [Fact]
    public void Drops_empty_piles()
    {
        Host.Subtract(ResourceText.Parse("cpus:4")).Count.ShouldBe(3);
        Host.Subtract(Host).ShouldBe(ResourceBag.Empty);
        ResourceText.Parse("cpus:0;mem:1").ToString().ShouldBe("mem:1");
    }

    [Fact]
    public void Keeps_reserved_and_unreserved_apart()
    {
        var bag = ResourceText.Parse("cpus:2;cpus(kafka):1;mem(kafka/broker):64;mem:32");
        bag.Amount("cpus").ShouldBe(ResourceAmount.FromUnits(3));
        bag.AvailableTo("spark").ToString().ShouldBe("cpus:2;mem:32");
        bag.AvailableTo("kafka").Amount("mem").ShouldBe(ResourceAmount.FromUnits(32));
        bag.AvailableTo("kafka/broker").ShouldBe(bag);
        bag.AvailableTo("kafkaesque").ToString().ShouldBe("cpus:2;mem:32");
    }

    [Fact]
    public void Stamps_a_role_on_and_takes_it_off()
    {
        var offered = Host.AllocatedTo("spark");
        offered.AllocationRoles().ShouldBe(["spark"]);
        offered.ShouldNotBe(Host);
        offered.Unallocated().ShouldBe(Host);
        Host.AllocationRoles().ShouldBeEmpty();
        Should.Throw<InvalidOperationException>(() => Host.Add(offered).Unallocated(), "the ports would be there twice");
    }

    [Fact]
    public void Counts_scalars_as_quantities() =>
        ResourceText.Parse("cpus:2;cpus(kafka):1;ports:[1-2]").Quantities.ToString().ShouldBe("cpus:3");
}
