using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Evaluation;

namespace DataPlatform.Operators.Tests.Sdk.Evaluation;

public sealed class OfferShareTests
{
    [Theory]
    [InlineData(null, null, null)]
    [InlineData(null, "north", "north")]
    [InlineData("south", "north", "south")]
    public void A_host_is_in_the_zone_of_its_fault_domain_or_else_of_its_attribute(string? domain, string? attribute, string? zone)
    {
        var offer = new Offer { Id = new OfferID { Value = "1" }, AgentId = new AgentID { Value = "A" }, FrameworkId = new FrameworkID { Value = "F" }, Hostname = "h" };
        if (domain is not null)
            offer.Domain = new DomainInfo { FaultDomain = new DomainInfo.Types.FaultDomain { Region = new() { Name = "r" }, Zone = new() { Name = domain } } };
        if (attribute is not null)
            offer.Attributes.Add(new AgentAttribute { Name = "zone", Type = Value.Types.Type.Text, Text = new Value.Types.Text { Value = attribute } });

        new OfferShare(offer).Zone.ShouldBe(zone);
    }
}
