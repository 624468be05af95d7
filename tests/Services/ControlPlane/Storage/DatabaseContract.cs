using System.Data.Common;
using System.Text.Json.Nodes;
using Dapper;
using DataPlatform.Operators.Sdk.State;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.Tests.ControlPlane.Storage;

/// <summary>What the control plane's stores do, whatever database they lie in.</summary>
public abstract class DatabaseContract
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Opens the same database each time; closed by the caller.</summary>
    protected abstract Database Open();

    [Fact]
    public void A_name_is_taken_while_its_cluster_lives()
    {
        using var database = Open();
        var clusters = Clusters(database);
        clusters.TryAdd(Cluster("1", "trial")).ShouldBeTrue();
        clusters.TryAdd(Cluster("2", "trial")).ShouldBeFalse();
        clusters.TryAdd(Cluster("1", "other")).ShouldBeFalse();
        database.Trouble.ShouldBeNull();
        clusters.MarkDeleted("1", Now).ShouldBeTrue();
        clusters.TryAdd(Cluster("2", "trial")).ShouldBeTrue();
    }

    [Fact]
    public void Reads_back_what_was_desired_after_it_was_opened_again()
    {
        using (var first = Open())
        {
            var clusters = Clusters(first);
            clusters.TryAdd(Cluster("b", "second") with { CreatedAt = Now.AddSeconds(1) });
            clusters.TryAdd(Cluster("a", "first"));
            clusters.SetExpiry("a", Now.AddHours(2));
            clusters.RequestDelete("a", Now.AddHours(1), "no longer needed").ShouldBeTrue();
            clusters.RequestDelete("a", Now.AddHours(1), "again").ShouldBeFalse();
        }

        using var database = Open();
        var found = Clusters(database).Living();
        found.Select(cluster => cluster.Name).ShouldBe(["first", "second"]);
        JsonNode.DeepEquals(found[0].Options, Cluster("a", "first").Options).ShouldBeTrue();
        (found[0].ExpiresAt, found[0].DeleteRequestedAt, found[0].DeleteReason, found[0].DeletedAt).ShouldBe((Now.AddHours(2), Now.AddHours(1), "no longer needed", null));
    }

    [Fact]
    public void What_was_audited_is_there_with_the_change_or_not_at_all()
    {
        using var database = Open();
        var clusters = Clusters(database);
        clusters.TryAdd(Cluster("1", "trial"), new AuditEntry("tester", "launch", "trial")).ShouldBeTrue();
        clusters.TryAdd(Cluster("2", "trial"), new AuditEntry("tester", "launch", "trial")).ShouldBeFalse();
        clusters.RequestDelete("nothing", Now, "", new AuditEntry("tester", "delete", "nothing")).ShouldBeFalse();
        database.Read(connection => connection.Query<string>("SELECT action FROM audit").ToList()).ShouldBe(["launch"]);
    }

    [Fact]
    public async Task The_audit_is_one_chain_whoever_writes_at_once()
    {
        using var first = Open();
        using var second = Open();
        await Task.WhenAll(Enumerable.Range(0, 40).Select(number => Task.Run(() => new AuditLog(number % 2 == 0 ? first : second, TimeProvider.System).Add("tester", "login", $"{number}"))));
        first.Read(connection => connection.ExecuteScalar<long>("SELECT count(*) FROM audit")).ShouldBe(40);
        new AuditLog(first, TimeProvider.System).FirstBroken().ShouldBeNull();
        first.Write(transaction => transaction.Connection!.Execute("UPDATE audit SET actor = 'somebody else' WHERE sequence = 7", transaction: transaction));
        new AuditLog(first, TimeProvider.System).FirstBroken().ShouldBe(7);
    }

    [Fact]
    public void A_token_is_found_until_it_ends_and_registered_again_under_its_latest_name()
    {
        using var database = Open();
        var tokens = new TokenStore(database, TimeProvider.System);
        tokens.Add(TokenStore.Bearer, "one", "admin", "the secret", TimeSpan.FromHours(1));
        tokens.Add(TokenStore.Bearer, "two", "admin", "the secret", TimeSpan.FromHours(1));
        tokens.Find(TokenStore.Bearer, "the secret")!.Name.ShouldBe("two");
        tokens.Find(TokenStore.Session, "the secret").ShouldBeNull();
        tokens.RemoveNamed(TokenStore.Bearer, "two");
        tokens.Find(TokenStore.Bearer, "the secret").ShouldBeNull();
        tokens.Add(TokenStore.Session, "over", "admin", "another", TimeSpan.FromHours(-1));
        tokens.Find(TokenStore.Session, "another").ShouldBeNull();
        tokens.ForgetExpiredBefore(DateTimeOffset.UtcNow).ShouldBe(1);
    }

    [Fact]
    public void Documents_of_a_cluster_are_what_was_written_last()
    {
        using (var first = Open())
        {
            var written = Documents(first);
            written.Load("a").ShouldBeEmpty();
            written.Write("a", [Put("task", "b", "1"), Put("task", "Z", "2"), Put("target", "1", "3")]);
            written.Write("b", [Put("task", "b", "6")]);
            written.Write("a", [Put("task", "b", "4"), new DocumentChange.Remove("target", "1"), new DocumentChange.Remove("target", "not there")]);
        }

        using var database = Open();
        var documents = Documents(database);
        documents.Load("a").ShouldBe([new ClusterDocument("task", "Z", "2"), new ClusterDocument("task", "b", "4")]);
        documents.Write("a", [new DocumentChange.Forget(), Put("task", "c", "5")]);
        documents.Load("a").ShouldBe([new ClusterDocument("task", "c", "5")]);
        documents.Write("a", [new DocumentChange.Forget()]);
        documents.Load("a").ShouldBeEmpty();
        documents.Load("b").Count.ShouldBe(1);
    }

    [Fact]
    public void Changes_of_documents_are_written_all_or_none()
    {
        using var database = Open();
        var documents = Documents(database);
        documents.Write("a", [Put("task", "a", "1")]);
        Should.Throw<DbException>(() => documents.Write("a", [new DocumentChange.Forget(), Put("task", "b", "2"), Put("task", null!, "3")]));
        documents.Load("a").ShouldBe([new ClusterDocument("task", "a", "1")]);
        database.Trouble.ShouldNotBeNull();
        documents.Write("a", []);
        database.Trouble.ShouldBeNull();
    }

    [Fact]
    public void Who_does_not_lead_writes_neither_clusters_nor_documents()
    {
        using var database = Open();
        var lease = Lease(database);
        var audit = new AuditLog(database, TimeProvider.System);
        Should.Throw<LeaseLostException>(() => new ClusterStore(database, lease, audit).TryAdd(Cluster("1", "trial")));
        Should.Throw<LeaseLostException>(() => new ClusterDocuments(database, lease).Write("a", [Put("task", "a", "1")]));
        Clusters(database).Living().ShouldBeEmpty();
        Documents(database).Load("a").ShouldBeEmpty();
    }

    [Fact]
    public void A_blueprint_is_written_with_its_clusters_or_not_at_all_and_ends_with_the_last_of_them()
    {
        using var database = Open();
        var lease = Taken(database);
        var audit = new AuditLog(database, TimeProvider.System);
        var (clusters, blueprints) = (new ClusterStore(database, lease, audit), new BlueprintStore(database, lease, audit));
        var lab = new StoredBlueprint("lab", "Lab", "tester", "schema: 1", [new BlueprintMember("a", "sample", ["b"])], 1, Now, Now);
        var (a, b) = (Cluster("1", "a") with { Blueprint = "lab", Needs = ["b"] }, Cluster("2", "b") with { Blueprint = "lab" });
        BlueprintWriting Write(StoredBlueprint? blueprint, IReadOnlyList<DesiredCluster> launched, params ChangedCluster[] changed) =>
            blueprints.Write(new BlueprintWrite(blueprint, launched, changed, [], Now, "", [new AuditEntry("tester", "up", "lab")]));

        clusters.TryAdd(Cluster("0", "taken"));
        Write(lab, [a, Cluster("3", "taken")]).ShouldBe(BlueprintWriting.Overtaken);
        (blueprints.All().Count, clusters.Living().Count).ShouldBe((0, 1));
        Write(lab, [a, b]).ShouldBe(BlueprintWriting.Written);
        var found = blueprints.Find("lab")!;
        (found.Title, found.Content, found.Number, found.Members[0].Needs.Single()).ShouldBe(("Lab", "schema: 1", 1, "b"));
        (clusters.Find("a")!.Blueprint, clusters.Find("a")!.Needs.Single(), clusters.Find("taken")!.Blueprint).ShouldBe(("lab", "b", null));

        foreach (var number in (int[])[1, 3]) Write(lab with { Number = number }, []).ShouldBe(BlueprintWriting.Overtaken);
        var before = clusters.Find("a")!;
        Write(lab with { Number = 2 }, [], new ChangedCluster(before, new JsonObject { ["workers"] = 9 }, [], Now.AddHours(5))).ShouldBe(BlueprintWriting.Written);
        (clusters.Find("a")!.Target, clusters.Find("a")!.Needs.Count, clusters.Find("a")!.ExpiresAt).ShouldBe((2, 0, Now.AddHours(5)));
        Write(lab with { Number = 3 }, [], new ChangedCluster(before, [], [], null)).ShouldBe(BlueprintWriting.Overtaken);
        blueprints.Find("lab")!.Number.ShouldBe(2);

        clusters.MarkDeleted("1", Now).ShouldBeTrue();
        blueprints.Find("lab").ShouldNotBeNull();
        clusters.MarkDeleted("2", Now).ShouldBeTrue();
        blueprints.Find("lab").ShouldBeNull();
        Write(lab, [a with { Id = "4" }]).ShouldBe(BlueprintWriting.Written);
        audit.FirstBroken().ShouldBeNull();
    }

    [Fact]
    public void Whoever_led_before_writes_nothing_more()
    {
        using var database = Open();
        using var other = Open();
        var (before, now) = (Lease(database), Lease(other));
        var audit = new AuditLog(database, TimeProvider.System);
        var clusters = new ClusterStore(database, before, audit);
        var documents = new ClusterDocuments(database, before);
        before.TryTake("http://before").ShouldBeTrue();
        documents.Write("a", [Put("task", "a", "1")]);
        clusters.TryAdd(Cluster("1", "trial")).ShouldBeTrue();

        Take(database, now);
        now.Epoch.ShouldBe(before.Epoch + 1);
        Should.Throw<LeaseLostException>(() => documents.Write("a", [Put("task", "a", "late")]));
        before.Epoch.ShouldBe(0);
        Should.Throw<LeaseLostException>(() => clusters.RequestDelete("1", Now, "late"));
        before.Renew().ShouldBeFalse();
        new ClusterDocuments(other, now).Load("a").ShouldBe([new ClusterDocument("task", "a", "1")]);
        clusters.FindById("1")!.DeleteRequestedAt.ShouldBeNull();
    }

    protected static Lease Lease(Database database) => new(database, TimeSpan.FromMinutes(10), TimeProvider.System);

    protected static ClusterStore Clusters(Database database) => new(database, Taken(database), new AuditLog(database, TimeProvider.System));

    protected static ClusterDocuments Documents(Database database) => new(database, Taken(database));

    protected static DocumentChange.Put Put(string kind, string key, string content) => new(new ClusterDocument(kind, key, content));

    protected static DesiredCluster Cluster(string id, string name) => new(
        id, name, "sample", "1.2.3", "tester", new JsonObject { ["workers"] = 3, ["label"] = "Zürich \"quoted\"" }, Now, Now.AddHours(1));

    private static Lease Taken(Database database)
    {
        var lease = Lease(database);
        Take(database, lease);
        return lease;
    }

    /// <summary>As if the lease before had ended.</summary>
    private static void Take(Database database, Lease lease)
    {
        database.Write(transaction => transaction.Connection!.Execute("UPDATE leases SET expires = 0", transaction: transaction));
        lease.TryTake("http://now").ShouldBeTrue();
    }
}
