using Shouldly;

namespace DataPlatform.Integration.Tests.Operators;

public sealed class DaskMeasurementsTests(ITestOutputHelper output)
{
    private const string Sum = """
        from distributed import Client
        import os
        with Client(os.environ["DASK_SCHEDULER_ADDRESS"], timeout="30s") as client:
            print(client.submit(sum, range(1000)).result())
        """;

    [Fact]
    public async Task All_that_its_charts_ask_for_is_measured()
    {
        await using var launched = await DeclaredLaunch.StartAsync("dask", output);
        var (_, connection) = await launched.ReadyAsync("""{"workers":1,"memory":512}""");
        var folder = Directory.CreateDirectory(Path.Combine(launched.LakePath, "client")).FullName;
        var said = await ConnectedProgram.RunAsync(connection, folder, "/usr/bin/python3", ["-c", Sum], ("PYTHONPATH", Path.Combine(launched.SandboxOf("scheduler"), "python", "site-packages")));
        said.Trim().ShouldBe("499500");
        await launched.UntilChartedAsync();
        await launched.GoneAsync();
    }
}
