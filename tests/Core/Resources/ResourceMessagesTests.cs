using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Tests.Resources;

public class ResourceMessagesTests
{
    [Theory]
    [InlineData("cpus:4;disk:10240;mem:4096;ports:[31000-31999]")]
    [InlineData("cpus:0.1;cpus(kafka):1;disks:{a,b}")]
    public void Come_back_as_they_went(string text)
    {
        var bag = ResourceText.Parse(text);
        bag.ToMessages().ToBag().ShouldBe(bag);
        bag.ToMessages(ResourceFormat.WithRole).ToBag().ShouldBe(bag);
        bag.AllocatedTo("analytics").ToMessages().ToBag().Unallocated().ShouldBe(bag);
    }

    [Fact]
    public void Carry_the_role_only_where_the_format_has_it()
    {
        var refined = ResourceText.Parse("cpus:1").AllocatedTo("analytics").ToMessages().Single();
        refined.HasRole.ShouldBeFalse();
        refined.AllocationInfo.Role.ShouldBe("analytics");
        ResourceText.Parse("cpus:1").ToMessages(ResourceFormat.WithRole).Single().Role.ShouldBe("*");
        ResourceText.Parse("cpus(kafka):1").ToMessages().Single().Reservations.Single().Role.ShouldBe("kafka");
        ResourceText.Parse("cpus(kafka):1").ToMessages(ResourceFormat.WithRole).Single().Role.ShouldBe("kafka");
    }

    [Fact]
    public void Keep_dynamic_reservations_and_volumes_apart()
    {
        var reserved = new Resource
        {
            Name = "disk", Type = Value.Types.Type.Scalar, Scalar = new Value.Types.Scalar { Value = 100 },
        };
        reserved.Reservations.Add(new Resource.Types.ReservationInfo
        {
            Type = Resource.Types.ReservationInfo.Types.Type.Dynamic, Role = "kafka", Principal = "operator",
        });
        var volume = reserved.Clone();
        volume.Disk = new Resource.Types.DiskInfo { Persistence = new Resource.Types.DiskInfo.Types.Persistence { Id = "v1" } };
        Resource[] both = [reserved, volume];

        both.ToBag().Count.ShouldBe(2);
        both.ToBag().ToMessages().ToBag().ShouldBe(both.ToBag());
        ResourceMessages.TryRead([volume, volume], out _, out var reason).ShouldBeFalse();
        reason.ShouldNotBeNull().ShouldContain("listed twice");
    }

    [Fact]
    public void Are_refused_with_the_reason()
    {
        Refuse(new Resource { Name = "cpus", Type = Value.Types.Type.Scalar }).ShouldContain("needs 'scalar'");
        Refuse(new Resource { Name = "cpus", Type = Value.Types.Type.Text }).ShouldContain("SCALAR, RANGES and SET");
        Refuse(Scalar(-1)).ShouldContain("-1");
        Refuse(Scalar(double.NaN)).ShouldContain("NaN");
        var allocated = Scalar(1);
        allocated.AllocationInfo = new Resource.Types.AllocationInfo { Role = "a//b" };
        Refuse(allocated).ShouldContain("'a//b'");
        var ports = new Resource { Name = "ports", Type = Value.Types.Type.Ranges, Ranges = new Value.Types.Ranges() };
        ports.Ranges.Range.Add(new Value.Types.Range { Begin = 5, End = 4 });
        Refuse(ports).ShouldContain("5-4");
        var everyone = Scalar(1);
        everyone.Reservation = new Resource.Types.ReservationInfo { Principal = "p" };
        Refuse(everyone).ShouldContain("'*'");
    }

    private static Resource Scalar(double value) =>
        new() { Name = "cpus", Type = Value.Types.Type.Scalar, Scalar = new Value.Types.Scalar { Value = value } };

    private static string Refuse(Resource resource)
    {
        ResourceMessages.TryRead([resource], out _, out var reason).ShouldBeFalse();
        return reason.ShouldNotBeNull();
    }
}
