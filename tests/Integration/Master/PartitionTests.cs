using DataPlatform.Integration.Tests.Networks;

namespace DataPlatform.Integration.Tests.Master;

/// <summary>Cuts the network of the one pool that such tests share, and leaves it whole.</summary>
public abstract class PartitionTests : IDisposable
{
    private protected readonly NetworkedPool pool;
    private protected readonly ITestOutputHelper output;

    private protected PartitionTests(NetworkedPool pool, ITestOutputHelper output)
    {
        Assert.SkipWhen(pool.WhyNot is not null, pool.WhyNot ?? "");
        (this.pool, this.output) = (pool, output);
    }

    public void Dispose()
    {
        pool.Network.Heal();
        GC.SuppressFinalize(this);
    }
}
