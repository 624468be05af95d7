using DataPlatform.Operators.Sdk;

namespace DataPlatform.Operators.Tests.Sdk;

public sealed class TrialSpecificationTests
{
    [Fact]
    public void Says_by_which_variables_others_would_reach_a_cluster()
    {
        Exports(ShippedPackage.Read("spark")).ShouldBe(["SPARK_REMOTE"]);
        Exports(ShippedPackage.Read("dask")).ShouldContain("DASK_SCHEDULER_ADDRESS");
        Exports(ShippedPackage.Read("jupyter")).ShouldBeEmpty();
    }

    private static IReadOnlyList<string> Exports(ServicePackage package) => TrialSpecification.Exports(package, package.Description.Defaults, "/lake");
}
