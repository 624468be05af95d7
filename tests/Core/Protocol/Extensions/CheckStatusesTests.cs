using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Tests.Protocol.Extensions;

public sealed class CheckStatusesTests
{
    [Theory]
    [InlineData(null, null, "no answer")]
    [InlineData(200u, null, null)]
    [InlineData(302u, null, null)]
    [InlineData(404u, null, "404")]
    [InlineData(404u, true, "404")]
    [InlineData(200u, false, "expected")]
    [InlineData(200u, true, null)]
    public void A_page_serves_with_a_good_status_and_what_is_expected(uint? code, bool? met, string? reason)
    {
        var http = new CheckStatusInfo.Types.Http();
        if (code is { } given)
            http.StatusCode = given;
        if (met is { } known)
            http.ExpectationMet = known;

        Says(new CheckStatusInfo { Type = CheckInfo.Types.Type.Http, Http = http }, reason);
    }

    [Theory]
    [InlineData(null, "no answer")]
    [InlineData(0, null)]
    [InlineData(3, "status 3")]
    public void A_command_serves_with_status_0(int? code, string? reason) => Says(
        new CheckStatusInfo
        {
            Type = CheckInfo.Types.Type.Command, Command = code is { } given ? new CheckStatusInfo.Types.Command { ExitCode = given } : new CheckStatusInfo.Types.Command(),
        },
        reason);

    private static void Says(CheckStatusInfo status, string? reason)
    {
        if (reason is null)
            status.WhyNotServing().ShouldBeNull();
        else
            status.WhyNotServing().ShouldNotBeNull().ShouldContain(reason);
    }
}
