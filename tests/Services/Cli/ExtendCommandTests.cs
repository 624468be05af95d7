using DataPlatform.Services.Cli;
using DataPlatform.Services.Tests.ControlPlane;

namespace DataPlatform.Services.Tests.Cli;

public sealed class ExtendCommandTests
{
    [Theory]
    [InlineData("400d")]
    [InlineData("99999999999999999999h")]
    public async Task What_is_too_long_is_refused_with_the_bound_that_holds(string duration)
    {
        await using var host = await ControlPlaneHost.Start();
        await host.Post("/api/v1/clusters", """{"package":"sample","name":"trial"}""");

        var (code, _, error) = await host.DpAsync("extend", "trial", duration);

        code.ShouldBe(ExitCode.Failed);
        error.ShouldContain("30 days");
        error.ShouldNotContain("a whole number and a unit");
    }

    [Fact]
    public async Task A_life_that_is_too_long_is_refused_with_the_bound_that_holds()
    {
        await using var host = await ControlPlaneHost.Start();

        var (code, _, error) = await host.DpAsync("launch", "sample", "--lifetime", "400d");

        code.ShouldBe(ExitCode.Failed);
        error.ShouldContain("30 days");
    }
}
