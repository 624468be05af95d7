namespace DataPlatform.Operators.Spark;

/// <summary>Names of the ports that Spark's processes ask for.</summary>
internal static class SparkPorts
{
    public const string Rpc = "rpc";
    public const string Page = "page";
    public const string Grpc = "grpc";
    public const string Blocks = "blocks";
}
