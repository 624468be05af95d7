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

    [Fact]
    public void A_cluster_can_connect_to_Hadoop_and_to_the_HDFS_that_it_uses()
    {
        var hadoop = ShippedPackage.Read("hadoop");
        var options = hadoop.Description.Defaults;
        Exports(hadoop).Intersect(Exports(ShippedPackage.Read("hdfs"))).ShouldContain("HDFS_URI");

        options["hdfs"] = "files";
        TrialSpecification.Exports(hadoop, options, "/lake").ShouldContain("YARN_SITE");
        TrialSpecification.Exports(hadoop, options, "/lake").Intersect(Exports(ShippedPackage.Read("hdfs"))).ShouldBeEmpty();
    }

    private static IReadOnlyList<string> Exports(ServicePackage package) => TrialSpecification.Exports(package, package.Description.Defaults, "/lake");
}
