using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.WebConsole;
using MudBlazor;

namespace DataPlatform.Services.Tests.ControlPlane.WebConsole;

public sealed class BulkOutcomeTests
{
    private static readonly Problem Gone = new("No such cluster", 404, "There is no cluster named b.", null);

    [Fact]
    public void All_that_agreed_are_named() =>
        BulkOutcome.Of("parked", [("a", null), ("b", null)]).ShouldBe(new BulkOutcome(Severity.Success, "a, b: parked."));

    [Fact]
    public void Each_that_did_not_is_named_with_its_reason() =>
        BulkOutcome.Of("parked", [("a", null), ("b", Gone)]).ShouldBe(new BulkOutcome(Severity.Error, "a: parked. Not parked: b: There is no cluster named b."));

    [Fact]
    public void Where_none_agreed_nothing_is_said_to_be_done() =>
        BulkOutcome.Of("parked", [("b", Gone)]).ShouldBe(new BulkOutcome(Severity.Error, "Not parked: b: There is no cluster named b."));
}
