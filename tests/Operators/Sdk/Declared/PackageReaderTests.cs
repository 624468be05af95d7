using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Tests.Sdk.Packages;

namespace DataPlatform.Operators.Tests.Sdk.Declared;

public sealed class PackageReaderTests
{
    private static int LineOf(string text, string yaml) => yaml[..yaml.IndexOf(text, StringComparison.Ordinal)].Count(letter => letter == '\n') + 1;

    [Fact]
    public void Reads_the_whole_of_a_package()
    {
        using var folder = new TemporaryFolder();
        var reading = DeclaredExamples.Read(folder, DeclaredExamples.Store);
        var declaration = reading.ShouldBeOfType<PackageReading.Read>(reading is PackageReading.Refused refused ? string.Join('\n', refused.Problems) : null).Declaration;

        declaration.Versions.Select(version => version.Version).ShouldBe(["2.0", "1.9"]);
        declaration.Pods.Select(pod => pod.Type).ShouldBe(["primary", "replica"]);
        declaration.Pods[1].WaitsFor.ShouldBe(new Dictionary<string, PeerState> { ["primary"] = PeerState.Ready });
        declaration.Options[0].Change.ShouldBe(OptionChange.Dynamic);
        declaration.Idle.Select(idle => (idle.Pod, idle.Signs.Count)).ShouldBe([("primary", 2), ("replica", 1)]);
        declaration.Operations.Select(operation => (operation.Kind, operation.EndsWithin)).ShouldBe([(OperationKind.Backup, TimeSpan.FromMinutes(10)), (OperationKind.Step, TimeSpan.FromHours(1))]);
        declaration.Pods[1].Rules.ShouldSatisfyAllConditions(
            rules => rules.EndWhen.ShouldBe([new FactCondition("behind", FactComparison.AtMost, "100")]), rules => rules.EndLast.ShouldBe(new FactCondition("leads", FactComparison.Is, "yes")),
            rules => (rules.BeforeRemoval, rules.AfterAddition).ShouldBe(("drain", null)));
        declaration.Facts.ShouldHaveSingleItem().Facts.ShouldBe([new EngineFact("behind", "Values behind", "replica", new FactCondition("behind", FactComparison.AtMost, "1000")), new EngineFact("leads", "Leads", "replica", null)]);
        declaration.Metrics.ShouldHaveSingleItem().Path.Render("metrics", new Dictionary<string, object>()).ShouldBe("/metrics");
    }

    [Theory]
    [InlineData("title: Store\n", "titel: Store\n", "titel is not known")]
    [InlineData("title: Store\n", "", "title is missing")]
    [InlineData("name: store", "name: Store", "name can't be 'Store'")]
    [InlineData("schema: 1", "schema: 2", "the schema 2 is not known")]
    [InlineData("type: integer, title: Replicas", "type: whole, title: Replicas", "options.replicas.type can't be 'whole'")]
    [InlineData("default: 2,", "default: 9,", "options.replicas.default can't be '9'")]
    [InlineData("enum: [keep, drop], default: keep", "default: keep", "says neither by enum nor by pattern")]
    [InlineData("\"^[a-z ]{0,20}$\"", "\"[a-z ]{0,20}\"", "must match the whole text")]
    [InlineData("\"^[a-z ]{0,20}$\"", "\"^([a-z ]{0,20}$\"", "is no regular expression")]
    [InlineData("policy: { type", "host: { type", "host is a name of the platform's")]
    [InlineData("L: { memory: 1024", "L: { memory: 2048", "sizes.L.memory can't be '2048'")]
    [InlineData("L: { memory: 1024", "L: { heap: 1024", "sets heap, which is no option")]
    [InlineData("secrets: [password]", "secrets: [pass word]", "is no new name of a secret")]
    [InlineData("\"{{ memory }} * 2 + 64\"", "\"{{ memory }} / 2\"", "is no amount")]
    [InlineData("\"{{ memory }} * 2 + 64\"", "\"{{ heap }} + 64\"", "there is no option heap")]
    [InlineData("\"{{ memory }} * 2 + 64\"", "\"{{ memory }} - 64\"", "would be from 0 to 960")]
    [InlineData("count: \"{{ replicas }} + 1\"", "count: \"{{ replicas }}\"", "would be from 0 to 5")]
    [InlineData("ports: [client, admin]", "ports: client", "pods.primary.task.ports must be a list")]
    [InlineData("ports: [client, admin]", "ports: [client, Admin]", "'Admin' is no name of a port")]
    [InlineData("at_most_on_host: 1", "away_from: replica", "away_from names replica, which is no other pod")]
    [InlineData("at_most_on_host: 1", "near: main", "near names main, which is no other pod")]
    [InlineData("at_most_on_host: 1", "at_most_on_rack: 1", "a placement says nothing")]
    [InlineData("path: data }", "path: ../data }", "pods.primary.task.volumes[0].path can't be '../data'")]
    [InlineData("path: data }", "path: store.conf }", "the file store.conf would lie in the volume data")]
    [InlineData("path: data }", "path: data }\n        - { name: more, size: 1, path: data/more }", "the volumes data and more lie in each other")]
    [InlineData("path: data }", "path: data }\n        - { name: data, size: 1, path: more }", "the volume data is there twice")]
    [InlineData("size: \"{{ memory }} * 4\"", "size: 0", "pods.primary.task.volumes[0].size is 0")]
    [InlineData("{{ operation.folder }}", "{{ operation.place }}", "the template names operation.place")]
    [InlineData("\"{{ label }}\"", "\"{{ operation.folder }}\"", "the template names operation")]
    [InlineData("kind: backup", "kind: copy", "operations.backup.kind can't be 'copy'")]
    [InlineData("ends_within_seconds: 600", "count: 2", "an operation is one task that runs once")]
    [InlineData("  backup:\n    title", "  primary:\n    title", "primary is a pod's name already")]
    [InlineData("resources: { cpus: 0.1, memory: 64 }", "resources: { cpus: 0.1, memory: 64 }\n      ports: [http]", "the operation backup has ports")]
    [InlineData("before_removal: drain", "end_after: [replica]", "replica ends after replica, which is no other pod")]
    [InlineData("fact: behind,", "fact: ahead,", "names ahead, which replica does not say of itself")]
    [InlineData("at_most: 100 }", "at_most: few }", "at_most can't be 'few'")]
    [InlineData("at_most: 100 }", "at_most: 100, is: 3 }", "one of them must be there")]
    [InlineData("before_removal: drain", "before_removal: backup", "names backup, which is no operation of the kind step")]
    [InlineData("name: behind,", "name: Be-hind,", "facts[0].values[0].name can't be 'Be-hind'")]
    [InlineData("name: leads,", "name: behind,", "the fact behind of replica is there twice")]
    [InlineData("every_seconds: 3", "every_seconds: 1", "every_seconds")]
    [InlineData("healthy: { at_most: 1000 }", "healthy: { below: 1000 }", "one of them must be there")]
    [InlineData("- pod: replica\n    every", "- pod: copy\n    every", "facts[0].pod names copy, which is no pod")]
    [InlineData("\"{{ operation.index }}\"", "\"{{ operation.number }} \"", "the template names operation.number")]
    [InlineData("{{ operation.ports.client }}", "{{ operation.ports.jmx }}", "the template names operation.ports.jmx")]
    [InlineData("kind: step", "kind: step\n    plans: { before_removal: drain }", "an operation is one task that runs once")]
    [InlineData("ready: { tcp: client }", "ready: { tcp: admin }", "names admin, which is no port of the task")]
    [InlineData("body: \"^(ok|fine)$\"", "body: \"(ok)\\\\1\"", "is no regular expression that takes time in proportion")]
    [InlineData("waits_for: { primary: ready }", "waits_for: { main: ready }", "waits for main, which is no pod")]
    [InlineData("waits_for: { primary: ready }", "waits_for: { primary: done }", "can't be 'done'")]
    [InlineData("waits_for: { primary: ready }", "waits_for: { primary: ready, replica: placed }", "replica waits for itself: all that it can know is where its instances are")]
    [InlineData("path: store.conf,", "path: ../store.conf,", "pods.primary.task.files[0].path can't be '../store.conf'")]
    [InlineData("template: store.conf.liquid", "template: ../secret", "can't be '../secret'")]
    [InlineData("template: store.conf.liquid", "template: absent.liquid", "the package holds no file absent.liquid")]
    [InlineData("program: /usr/bin/store-replica", "program: store-replica", "program can't be 'store-replica'")]
    [InlineData("program: /usr/bin/store-replica", "program: /usr/../bin/store-replica", "program can't be '/usr/../bin/store-replica'")]
    [InlineData("STORE_PASSWORD:", "store password:", "'store password' is no name")]
    [InlineData("\"{{ label }}\"", "\"{{ lable }}\"", "the template names lable")]
    [InlineData("\"{{ label }}\"", "\"{{ secrets.password }}\"", "secrets can't be used here: everybody on the host sees arguments")]
    [InlineData("\"{{ label }}\"", "\"{{ ports.web }}\"", "the template names ports.web")]
    [InlineData("\"{{ label }}\"", "\"{{ peers.replica.first.host }}\"", "the pod must wait for the pods whose places it names")]
    [InlineData("\"{{ label }}\"", "\"{% if label == 'x' %}{{ never }}{% endif %}\"", "the template names never")]
    [InlineData("\"{{ label }}\"", "\"{% include 'x' %}\"", "can't include another file")]
    [InlineData("\"{{ label }}\"", "\"{{ label\"", "expected")]
    [InlineData("{{ replica.ports.client }}", "{{ replica.ports.admin }}", "the template names replica.ports.admin")]
    [InlineData("{{ peers.primary[0].ports.client }}", "{{ peers.primary[0].port }}", "the template names peers.primary[...].port")]
    [InlineData("pod: primary, port: client, scheme: store", "pod: primary, port: web, scheme: store", "names web, which is no port of primary")]
    [InlineData("    debian: store-server\n", "", "is given without how people get it")]
    [InlineData("json_path: \"$.last_activity\"", "json_path: last_activity", "json_path can't be 'last_activity'")]
    [InlineData("kind: time, json_path", "kind: when, json_path", "idle[0].signs[1].kind can't be 'when'")]
    [InlineData("kind: busy, above: 1, json_path", "kind: busy, above: few, json_path", "above can't be 'few'")]
    [InlineData("kind: time, json_path", "kind: time, above: 1, json_path", "above says something of the kind busy alone")]
    [InlineData("json_path: \"$.jobs\"", "match: \"(a)\\\\1\"", "match is no regular expression")]
    [InlineData("match: \"^queries ([0-9]+)\"", "match: a, json_path: $.a", "one of the two must be there")]
    [InlineData("http: { port: admin, path: /stats,", "http: { port: web, path: /stats,", "idle[0].http.port names web, which is no port of primary")]
    [InlineData("pod: replica\n", "pod: copy\n", "idle[1].pod names copy, which is no pod")]
    [InlineData("/stats,", "\"/{{ secrets.password }}\",", "secrets can't be used here")]
    [InlineData("path: /metrics", "path: \"{{ pages.none }}/metrics\"", "the template names pages.none")]
    [InlineData("title: Store\n", "title: &anchor Store\n", "anchors and aliases are not read")]
    [InlineData("title: Store\n", "title: !!str Store\n", "tags are not read")]
    [InlineData("title: Store\n", "title: Store\ntitle: Again\n", "")]
    [InlineData("title: Store\n", "title: [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]\n", "nested deeper")]
    public void Says_in_which_line_what_is_wrong(string old, string changed, string message)
    {
        var yaml = DeclaredExamples.With(old, changed);
        var problems = DeclaredExamples.Problems(yaml);

        var problem = problems.FirstOrDefault(each => each.Message.Contains(message, StringComparison.OrdinalIgnoreCase)).ShouldNotBeNull(string.Join('\n', problems));
        problem.File.ShouldBe("package.yaml");
        problem.Line.ShouldBeGreaterThan(0);
        problem.Column.ShouldBeGreaterThan(0);
        if (changed.Length > 0 && message.Length > 0 && !message.Contains("is missing", StringComparison.Ordinal))
            problem.Line.ShouldBeInRange(LineOf(changed, yaml) - 1, LineOf(changed, yaml) + 1, problem.ToString());
    }

    [Theory]
    [InlineData("\"{{ label }}\"", "\"{{ platform.url }}\"", "platform can't be used here: the package does not ask for it (platform: metrics)")]
    [InlineData("STORE_PASSWORD: \"{{ secrets.password }}\"", "TOKEN: \"{{ platform.metrics_token }}\"", "platform can't be used here: the package does not ask for it (platform: metrics)")]
    [InlineData("secrets: [password]", "platform: everything\nsecrets: [password]", "platform can't be 'everything'")]
    [InlineData("policy: { type", "platform: { type", "platform is a name of the platform's")]
    public void Names_the_platform_to_nobody_who_did_not_ask_for_it(string right, string wrong, string message)
    {
        var problem = DeclaredExamples.Problems(DeclaredExamples.With(right, wrong)).First(each => each.Message.Contains("platform", StringComparison.Ordinal));
        problem.Message.ShouldContain(message);
        problem.Line.ShouldBeGreaterThan(1);
        problem.Column.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("arguments: [store.conf, --label, \"{{ label }}\"]", "arguments: [store.conf, --token, \"{{ platform.metrics_token }}\"]")]
    [InlineData("path: /health", "path: \"/{{ platform.metrics_token }}\"")]
    [InlineData("path: /stats", "path: \"/{{ platform.metrics_token }}\"")]
    [InlineData("STORE_URL: \"store://:{{ secrets.password }}", "STORE_URL: \"store://:{{ platform.metrics_token }}")]
    [InlineData("path: \"{{ pages.admin }}/\"", "path: \"{{ platform.metrics_token }}/\"")]
    public void Shows_the_platforms_token_where_no_secret_may_stand_to_nobody(string right, string wrong) =>
        DeclaredExamples.Problems(DeclaredExamples.With(right, wrong).Replace("secrets: [password]", "platform: metrics\nsecrets: [password]", StringComparison.Ordinal))
            .ShouldHaveSingleItem().Message.ShouldContain("platform");

    [Fact]
    public void Who_measures_asks_for_a_path_alone() =>
        DeclaredExamples.Problems(DeclaredExamples.With("path: /metrics }", "path: \"/metrics?all=yes\" }")).ShouldHaveSingleItem().Message.ShouldContain("asks for a path alone");

    [Fact]
    public void Finds_all_problems_at_once_and_says_what_is_allowed()
    {
        var yaml = DeclaredExamples.With("default: keep }", "default: lose }").Replace("ready: { tcp: client }", "ready: { tcp: web }", StringComparison.Ordinal);

        DeclaredExamples.Problems(yaml).Select(problem => problem.ToString()).ShouldBe(
        [
            "package.yaml:15:71: options.policy.default can't be 'lose' (allowed: keep, drop)",
            "package.yaml:51:21: pods.replica.task.ready.tcp names web, which is no port of the task (allowed: client)",
        ]);
    }

    [Fact]
    public void Names_the_line_of_a_template_that_names_what_is_not_known()
    {
        var problem = DeclaredExamples.Problems(DeclaredExamples.Store, "memory {{ memory }}mb\n# heap\nheap {{ heap }}\n").ShouldHaveSingleItem();
        (problem.File, problem.Line, problem.Column).ShouldBe(("store.conf.liquid", 3, 9));
        problem.Allowed.ShouldNotBeNull().ShouldContain("secrets.NAME");
    }

    [Theory]
    [InlineData("placed")]
    [InlineData("located")]
    public void Refuses_pods_that_wait_for_each_other(string until)
    {
        var yaml = DeclaredExamples.With("  primary:\n    task:\n", $"  primary:\n    waits_for: {{ replica: {until} }}\n    task:\n");
        DeclaredExamples.Problems(yaml).ShouldContain(problem => problem.Message == "pods wait for each other for ever: primary waits for replica waits for primary");
    }

    [Fact]
    public void A_shell_runs_nothing_but_a_file_whose_text_no_value_changes()
    {
        const string Changed = "program: /bin/sh\n        arguments: [store.conf, --label, \"{{ label }}\"]";
        var yaml = DeclaredExamples.With("arguments: [store.conf, --label, \"{{ label }}\"]", Changed);
        DeclaredExamples.Problems(yaml).ShouldContain(problem => problem.Message.StartsWith("a shell must run a file of the package", StringComparison.Ordinal));

        using var folder = new TemporaryFolder();
        DeclaredExamples.Read(folder, yaml.Replace("template: store.conf.liquid", "copy: store.conf.liquid", StringComparison.Ordinal), "exit 1\n").ShouldBeOfType<PackageReading.Read>();
    }

    [Fact]
    public void A_lock_that_can_not_be_read_is_named_with_its_line()
    {
        using var folder = new TemporaryFolder();
        folder.Write("pom.xml", "<project/>");
        folder.Write("lock.sha256", $"{new string('a', 64)}  org/store/1/store-1.jar\n{new string('b', 64)}  ../store-2.jar\n");
        var yaml = DeclaredExamples.With("  - version: 1.9\n    program: /usr/bin/store-server-old\n    debian: store-server-old\n", "  - version: 1.9\n    maven: jars\n    program: /usr/bin/java\n    debian: default-jre-headless\n");

        var problem = DeclaredExamples.Read(folder, yaml).ShouldBeOfType<PackageReading.Refused>().Problems.ShouldHaveSingleItem();
        (problem.File, problem.Line).ShouldBe(("lock.sha256", 2));
    }

    [Fact]
    public void Goes_over_no_link()
    {
        using var folder = new TemporaryFolder();
        using var elsewhere = new TemporaryFolder();
        File.CreateSymbolicLink(folder.Below("store.conf.liquid"), elsewhere.Write("secret", "a secret"));
        folder.Write("package.yaml", DeclaredExamples.Store);

        PackageReader.Read(folder.Path).ShouldBeOfType<PackageReading.Refused>().Problems.ShouldContain(problem => problem.Message.Contains("goes over a link", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("- a list")]
    [InlineData("schema: 1")]
    [InlineData("schema: 1\npods: 3\noptions: []\nversions: {}\nsizes: 1\nendpoints: [1]\nexports: [2]")]
    [InlineData("{{{")]
    [InlineData("a: b: c")]
    [InlineData("schema: 1\n? [complex]\n: key")]
    [InlineData("schema: 1\npods: { a: { tasks: { b: 1 }, placement: [x], waits_for: 4 } }")]
    public void Whatever_it_is_given_it_answers_with_problems(string yaml) => DeclaredExamples.Problems(yaml).ShouldNotBeEmpty();

    [Fact]
    public void A_template_that_only_fails_with_values_is_found_by_a_trial() =>
        DeclaredExamples.Problems(DeclaredExamples.With("\"{{ index }}\"", "\"{{ index | divided_by: 0 }}\"")).ShouldHaveSingleItem().Message.ShouldContain("can't be specified");
}
