using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Sdk.State;
using Shouldly;

namespace DataPlatform.Operators.Tests.Sdk.State;

public sealed class SqliteOperatorStoreTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("operator-store-").FullName;

    private string File => Path.Combine(folder, "operator.db");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Remembers_everything_after_it_is_opened_again()
    {
        var at = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var row = new TaskRow(
            "t1", "c1", "worker-0", "worker-0", "A1", "10.0.0.1", "http://10.0.0.1:5051", new TaskResources(1000, 512, 10),
            new Dictionary<string, int> { ["rpc"] = 31000 }, new Dictionary<string, string> { ["master"] = "t0" }, at) { State = "TASK_RUNNING", StartedAt = at };
        byte[] key;
        using (var store = new SqliteOperatorStore(File))
        {
            store.Write([new StoreChange.Framework("F"), new StoreChange.Cluster(new ClusterFacts("c1", at, false)), new StoreChange.Task(row with { State = "TASK_STAGING" }), new StoreChange.Task(row)]);
            key = store.Load().Key;
        }
        using var again = new SqliteOperatorStore(File);
        var memory = again.Load();
        memory.FrameworkId.ShouldBe("F");
        memory.Key.ShouldBe(key);
        memory.Clusters.ShouldBe([new ClusterFacts("c1", at, false)]);
        var loaded = memory.Tasks.ShouldHaveSingleItem();
        loaded.State.ShouldBe("TASK_RUNNING");
        loaded.Ports["rpc"].ShouldBe(31000);
        loaded.Dependencies["master"].ShouldBe("t0");
        loaded.Resources.ShouldBe(row.Resources);
    }

    [Fact]
    public void Forgets_a_cluster_with_its_tasks()
    {
        using var store = new SqliteOperatorStore(File);
        store.Write([new StoreChange.Cluster(new ClusterFacts("c1", null, true)), new StoreChange.Framework("F")]);
        store.Write([new StoreChange.Forget("c1"), new StoreChange.Framework(null)]);
        store.Load().Clusters.ShouldBeEmpty();
        store.Load().FrameworkId.ShouldBeNull();
    }

    [Fact]
    public void Is_readable_by_its_owner_only()
    {
        using var store = new SqliteOperatorStore(File);
        System.IO.File.GetUnixFileMode(File).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
