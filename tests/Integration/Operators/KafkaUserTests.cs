using Confluent.Kafka;
using Confluent.Kafka.Admin;
using DataPlatform.Core.Client.ControlPlane;
using Shouldly;
using static DataPlatform.Integration.Tests.Operators.KafkaClient;

namespace DataPlatform.Integration.Tests.Operators;

public sealed class KafkaUserTests(ITestOutputHelper output)
{
    [Fact]
    [Trait("Length", "Minutes")]
    public async Task A_user_does_what_it_was_granted_and_nothing_else_also_after_a_restart_a_rotation_and_being_parked()
    {
        await using var launched = await DeclaredLaunch.StartAsync("kafka", output);
        await ReadyAsync(launched);
        var made = await DoneAsync(launched, "create-user", """{"name":"reporter","read":"orders-*","groups":"reports-*"}""");
        launched.Shown().ShouldNotContain(HandedOut(launched, made).SaslPassword);
        await SendAsync(Settings(launched), "orders-eu", "hello");
        Reads_what_it_may_and_nothing_else(launched, made);
        await Writes_nothing_and_makes_nothing(HandedOut(launched, made));

        await launched.RestartedAsync();
        Reads_what_it_may_and_nothing_else(launched, made);
        await launched.RotatedAsync();
        Reads_what_it_may_and_nothing_else(launched, made);
        await launched.ParkedAndResumedAsync();
        Reads_what_it_may_and_nothing_else(launched, made);
        await launched.GoneAsync();
    }

    [Fact]
    public async Task Rights_and_passwords_change_while_users_are_connected_and_who_is_deleted_is_refused()
    {
        await using var launched = await DeclaredLaunch.StartAsync("kafka", output);
        await ReadyAsync(launched);
        var made = await DoneAsync(launched, "create-user", """{"name":"shop","write":"orders-eu"}""");
        using var shop = Producer(HandedOut(launched, made));
        (await shop.ProduceAsync("orders-eu", Text("one"))).Status.ShouldBe(PersistenceStatus.Persisted);
        (await Refused(() => shop.ProduceAsync("orders-us", Text("two")))).ShouldBe(ErrorCode.TopicAuthorizationFailed);

        await DoneAsync(launched, "grant-rights", """{"name":"shop","write":"orders-us,carts-*","read":"orders-*","groups":"shop","create":"carts-*","transactions":"shop"}""");
        // The other remembers for a while what it was refused.
        using var later = Producer(HandedOut(launched, made));
        (await later.ProduceAsync("orders-us", Text("two"))).Status.ShouldBe(PersistenceStatus.Persisted);
        (await later.ProduceAsync("carts-eu", Text("three"))).Status.ShouldBe(PersistenceStatus.Persisted, "it may make the topic as well");
        Writes_in_a_transaction(HandedOut(launched, made));
        (await launched.UntilTableAsync("users", rows => rows.Count == 2)).Select(row => row.ToJsonString()).ShouldBe(
        [
            """{"user":"client","read":"*","write":"*","groups":"*","more":"everything: for clusters that connect"}""",
            """{"user":"shop","read":"orders-*","write":"carts-*, orders-eu, orders-us","groups":"shop","more":"create=carts-*, transactions=shop"}""",
        ]);

        await DoneAsync(launched, "revoke-rights", """{"name":"shop","write":"orders-eu"}""");
        (await Refused(() => shop.ProduceAsync("orders-eu", Text("four")))).ShouldBe(ErrorCode.TopicAuthorizationFailed);
        await Refuses_in_words_and_does_nothing(launched);

        var changed = await DoneAsync(launched, "change-password", """{"name":"shop"}""");
        Signs_in(HandedOut(launched, changed)).ShouldBeTrue();
        Signs_in(HandedOut(launched, made)).ShouldBeFalse("its password is another");

        await DoneAsync(launched, "delete-user", """{"name":"shop"}""");
        (await Refused(() => later.ProduceAsync("orders-us", Text("five")))).ShouldBe(ErrorCode.TopicAuthorizationFailed, "who is still connected may do nothing");
        Signs_in(HandedOut(launched, changed)).ShouldBeFalse();
        await launched.UntilTableAsync("users", rows => rows.Count == 1);
        var again = await DoneAsync(launched, "create-user", """{"name":"shop"}""");
        (await Refused(() => SendAsync(HandedOut(launched, again), "orders-us", "six"))).ShouldBe(ErrorCode.TopicAuthorizationFailed, "nothing is inherited");
        await launched.GoneAsync();
    }

    private static async Task Refuses_in_words_and_does_nothing(DeclaredLaunch launched)
    {
        foreach (var (operation, inputs, why) in (IEnumerable<(string, string, string)>)
        [
            ("create-user", """{"name":"shop","read":"salaries"}""", "User shop already exists."),
            ("create-user", """{"name":"client"}""", "client is the cluster's own and may do everything"),
            ("create-user", """{"name":"internal"}""", "internal is the cluster's own and may do everything"),
            ("grant-rights", """{"name":"nobody","read":"salaries"}""", "Attempt to describe a user credential that does not exist: nobody"),
            ("grant-rights", """{"name":"shop"}""", "nothing was said that it may do"),
            ("revoke-rights", """{"name":"shop","read":"orders-*,orders-eu"}""", "shop has no right read=orders-eu; it has create=carts-*, groups=shop, read=orders-*"),
            ("change-password", """{"name":"nobody"}""", "Attempt to describe a user credential that does not exist: nobody"),
            ("delete-user", """{"name":"client"}""", "client is the cluster's own"),
            ("delete-user", """{"name":"nobody"}""", "Attempt to delete a user credential that does not exist"),
        ])
        {
            var refused = await launched.GivenAsync(operation, inputs);
            refused.State.ShouldBe(StepState.Failed);
            refused.Said.ShouldNotBeNull().ShouldContain(why);
            launched.HandedOut(refused).ShouldBeEmpty();
        }
        launched.Wrong("create-user", """{"name":"shop","read":"orders*eu"}""").ShouldHaveSingleItem().Field.ShouldBe("inputs.read");
        (await launched.UntilTableAsync("users", rows => rows.Count == 2))[1].ToJsonString().ShouldBe("""{"user":"shop","read":"orders-*","write":"carts-*, orders-us","groups":"shop","more":"create=carts-*, transactions=shop"}""");
    }

    private static void Writes_in_a_transaction(ClientConfig user)
    {
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig(user) { TransactionalId = "shop" }).SetLogHandler((_, _) => { }).Build();
        producer.InitTransactions(Patience);
        producer.BeginTransaction();
        producer.Produce("orders-us", Text("in a transaction"));
        producer.CommitTransaction(Patience);
        using var other = new ProducerBuilder<Null, string>(new ProducerConfig(user) { TransactionalId = "shops" }).SetLogHandler((_, _) => { }).Build();
        Should.Throw<KafkaException>(() => other.InitTransactions(Patience)).Error.Code.ShouldBe(ErrorCode.TransactionalIdAuthorizationFailed);
    }

    /// <summary>Whether the broker takes the password.</summary>
    private static bool Signs_in(ClientConfig user)
    {
        using var refused = new ManualResetEventSlim();
        using var admin = new AdminClientBuilder(user).SetLogHandler((_, _) => { }).SetErrorHandler((_, error) =>
        {
            if (error.Code == ErrorCode.Local_Authentication) refused.Set();
        }).Build();
        try
        {
            return admin.GetMetadata(TimeSpan.FromSeconds(5)).Brokers.Count > 0;
        }
        catch (KafkaException)
        {
            refused.Wait(Patience, TestContext.Current.CancellationToken).ShouldBeTrue("no answer is no refusal");
            return false;
        }
    }

    private static async Task ReadyAsync(DeclaredLaunch launched)
    {
        await launched.ReadyAsync("""{"heap":256,"disk":1024,"topics":"orders-eu=1,orders-us=1,salaries=1"}""");
        await launched.UntilTableAsync("topics", rows => rows.Count == 3);
    }

    private static async Task<OperationView> DoneAsync(DeclaredLaunch launched, string operation, string inputs)
    {
        var done = await launched.GivenAsync(operation, inputs);
        (done.State, done.Said).ShouldBe((StepState.Complete, null));
        return done;
    }

    private static void Reads_what_it_may_and_nothing_else(DeclaredLaunch launched, OperationView made)
    {
        var user = HandedOut(launched, made);
        Receive(user, "orders-eu", 1, $"reports-{Guid.NewGuid():n}").ShouldBe(["hello"]);
        Should.Throw<ConsumeException>(() => Receive(user, "salaries", 1, "reports-daily")).Error.Code.ShouldBe(ErrorCode.TopicAuthorizationFailed);
        Should.Throw<ConsumeException>(() => Receive(user, "orders-eu", 1, "others")).Error.Code.ShouldBe(ErrorCode.GroupAuthorizationFailed);
    }

    private static async Task Writes_nothing_and_makes_nothing(ClientConfig user)
    {
        (await Refused(() => SendAsync(user, "orders-eu", "forged"))).ShouldBe(ErrorCode.TopicAuthorizationFailed);
        (await Refused(() => SendAsync(user, "orders-new", "forged"))).ShouldBe(ErrorCode.TopicAuthorizationFailed, "the cluster makes topics that are written to, but not for it");
        using var admin = new AdminClientBuilder(user).SetLogHandler((_, _) => { }).Build();
        (await Should.ThrowAsync<CreateTopicsException>(() => admin.CreateTopicsAsync([new TopicSpecification { Name = "orders-mine", NumPartitions = 1, ReplicationFactor = 1 }]))).Results[0].Error.Code.ShouldBe(ErrorCode.TopicAuthorizationFailed);
        (await Should.ThrowAsync<CreateAclsException>(() => admin.CreateAclsAsync([Everything]))).Results[0].Error.Code.ShouldBe(ErrorCode.ClusterAuthorizationFailed);
        admin.GetMetadata(Patience).Topics.Select(topic => topic.Topic).Order().ShouldBe(["orders-eu", "orders-us"]);
    }

    private static AclBinding Everything => new()
    {
        Pattern = new ResourcePattern { Type = ResourceType.Topic, Name = "*", ResourcePatternType = ResourcePatternType.Literal },
        Entry = new AccessControlEntry { Principal = "User:reporter", Host = "*", Operation = AclOperation.All, PermissionType = AclPermissionType.Allow },
    };

    private static IProducer<Null, string> Producer(ClientConfig user) =>
        new ProducerBuilder<Null, string>(new ProducerConfig(user) { MessageTimeoutMs = (int)Patience.TotalMilliseconds }).SetLogHandler((_, _) => { }).Build();

    private static Message<Null, string> Text(string text) => new() { Value = text };

    private static async Task<ErrorCode> Refused(Func<Task> write) => (await Should.ThrowAsync<ProduceException<Null, string>>(write)).Error.Code;
}
