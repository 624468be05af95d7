using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Services.Tests.ControlPlane.Packages;

namespace DataPlatform.Services.Tests.ControlPlane.Rest;

/// <summary>The OpenAPI document is the contract: every path and method of it is called, as it says and wrongly, and each answer must be one that it declares.</summary>
public sealed class OpenApiContractTests(ContractHost contract) : IClassFixture<ContractHost>
{
    /// <summary>What can't succeed here: there is no master, no agent, nothing withheld, and no WebSocket is opened.</summary>
    private static readonly string[] NeedsMore =
    [
        "GET /api/v1/pool", "GET /api/v1/pool/why", "GET /api/v1/metrics/master", "GET /api/v1/metrics/agents/{id}", "GET /api/v1/clusters/{name}/tasks/{task}/exec",
        "GET /api/v1/clusters/{name}/tasks/{task}/logs", "POST /api/v1/removals/confirm",
    ];

    private static readonly Dictionary<string, string> Bounded = new() { ["TokenRequest"] = "days", ["ExtendRequest"] = "seconds", ["LaunchRequest"] = "lifetime_seconds", ["SqlRequest"] = "most_rows" };

    private readonly ControlPlaneHost host = contract.Host;
    private readonly JsonObject document = contract.Document;

    [Fact]
    public async Task Every_answer_is_one_that_the_document_declares()
    {
        var problems = new List<string>();
        var succeeded = new HashSet<string>();
        // What only looks comes first, what takes away comes last.
        foreach (var operation in ApiOperation.In(document).OrderBy(operation => operation.Method switch { "GET" => 0, "POST" => 1, _ => 2 }))
        {
            foreach (var call in Calls(operation))
            {
                // As it is, whatever the call before has made of it.
                contract.ShowDemo();
                using var request = new HttpRequestMessage(new HttpMethod(operation.Method), call.Path) { Content = call.Body };
                // Whoever refuses what is too long reads none of it.
                request.Headers.ExpectContinue = call.Body?.Headers.ContentLength > 10_000;
                using var answer = await (call.IsSignedIn ? host.Client : host.Stranger).SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                var status = (int)answer.StatusCode;
                var isStream = answer.Content.Headers.ContentType?.MediaType == "text/event-stream";
                var body = isStream ? "(a stream)" : await answer.Content.ReadAsStringAsync();
                var found = operation.Problems(status, answer.Content.Headers.ContentType, body).ToList();
                if (call.Expected is { } expected && status != expected) found.Add($"{status} in place of {expected}: {body}");
                if (status == 500) found.Add("it broke");
                if (body.Contains("System.", StringComparison.Ordinal) || body.Contains("DataPlatform.", StringComparison.Ordinal)) found.Add($"names a type of the program: {body}");
                problems.AddRange(found.Select(problem => $"{operation.Name}, {call.What}: {problem}"));
                if (call.IsGood && status is >= 200 and < 400) succeeded.Add(operation.Name);
            }
        }

        problems.Distinct().ShouldBeEmpty();
        ApiOperation.In(document).Select(operation => operation.Name).Except(succeeded).ShouldBe(NeedsMore, ignoreOrder: true);
    }

    [Fact]
    public void The_document_names_all_that_is_served_and_how_one_signs_in()
    {
        var operations = ApiOperation.In(document);
        operations.Select(operation => operation.Name).ShouldContain("GET /health");
        operations.Where(operation => !operation.NeedsLogin).Select(operation => operation.Name).ShouldBe(["GET /health", "GET /login", "POST /login"], ignoreOrder: true);
        document["components"]!["securitySchemes"]!["bearer"]!["scheme"]!.GetValue<string>().ShouldBe("bearer");
        document["security"]!.AsArray().ShouldHaveSingleItem()!.AsObject().ContainsKey("bearer").ShouldBeTrue();
        operations.Where(operation => operation.NeedsLogin && !operation.Declares(401)).ShouldBeEmpty();
        operations.Where(operation => operation.Takes is not null && operation.NeedsLogin && !(operation.Declares(400) && operation.Declares(413) && operation.Declares(415))).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/api/v1/lake/{path}", "rows", "minimum", 0)]
    [InlineData("/api/v1/lake/{path}", "rows", "maximum", 1000)]
    [InlineData("/api/v1/audit", "limit", "minimum", 1)]
    [InlineData("/api/v1/audit", "limit", "maximum", 1000)]
    [InlineData("/api/v1/clusters/{name}/tasks/{task}/logs", "length", "minimum", 0)]
    [InlineData("/api/v1/clusters/{name}/tasks/{task}/logs", "length", "maximum", 262144)]
    public void A_parameter_that_is_bounded_says_so(string path, string parameter, string bound, int value) =>
        ApiOperation.In(document).Single(operation => operation.Name == "GET " + path).Parameters.Single(one => one["name"]!.GetValue<string>() == parameter)["schema"]![bound]!.GetValue<int>().ShouldBe(value);

    [Fact]
    public void A_number_in_a_body_that_is_bounded_says_so()
    {
        foreach (var (schema, member) in Bounded)
        {
            var described = document["components"]!["schemas"]![schema]!["properties"]![member]!;
            described["maximum"]!.GetValue<long>().ShouldBeGreaterThan(described["minimum"]!.GetValue<long>(), schema);
        }
    }

    [Theory]
    [InlineData("/api/v1/lake/birds.csv?rows=1001", "rows", "out of range", "0 to 1000")]
    [InlineData("/api/v1/lake/birds.csv?rows=x", "rows", "a whole number is needed", "0 to 1000")]
    [InlineData("/api/v1/audit?limit=", "limit", "a whole number is needed", "1 to 1000")]
    [InlineData("/api/v1/audit?before=99999999999999999999999", "before", "a whole number is needed", null)]
    [InlineData("/api/v1/clusters/demo/tasks/worker-0/logs?length=-1", "length", "out of range", "0 to 262144")]
    public async Task A_parameter_that_can_not_be_is_named_with_what_it_may_be(string path, string parameter, string message, string? allowed)
    {
        using var answer = await host.Client.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var error = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["errors"]!.AsArray().ShouldHaveSingleItem()!;
        (error["field"]!.GetValue<string>(), error["message"]!.GetValue<string>(), error["allowed"]?.GetValue<string>()).ShouldBe((parameter, message, allowed));
    }

    [Theory]
    [InlineData("{\"package\":\"sample\",\"name\":\"x\",\"options\":{\"workers\":99999999999999999999999}}", "options.workers", "too large")]
    [InlineData("{\"package\":\"sample\",\"name\":\"x\",\"options\":{\"workers\":-99999999999999999999999}}", "options.workers", "too small")]
    [InlineData("{\"package\":\"sample\",\"name\":\"x\",\"options\":{\"workers\":1e300}}", "options.workers", "too large")]
    [InlineData("{\"package\":\"sample\",\"name\":\"x\",\"options\":{\"workers\":1e999}}", "options.workers", "too large")]
    [InlineData("{\"package\":\"sample\",\"name\":\"x\",\"options\":{\"label\":[[1e300]]}}", "options.label", "too large")]
    [InlineData("{\"package\":\"sample\",\"name\":\"x\",\"lifetime_seconds\":99999999999999999999999}", "lifetime_seconds", "a whole number is needed")]
    [InlineData("{\"package\":\"sample\",\"name\":\"x\",\"lifetime_seconds\":\"1\"}", "lifetime_seconds", "a whole number is needed")]
    [InlineData("{\"package\":\"sample\",\"name\":\"x\",\"options\":1}", "options", "an object is needed")]
    [InlineData("{\"package\":\"sample\",\"name\":\"x\",\"options\":[]}", "options", "an object is needed")]
    [InlineData("{\"package\":\"sample\",\"name\":[]}", "name", "text is needed")]
    [InlineData("{\"package\":\"sample\",\"name\":\"x\",\"needs\":\"y\"}", "needs", "a list is needed")]
    [InlineData("{\"package\":\"sample\",\"name\":\"x\",\"needs\":[1]}", "needs[0]", "text is needed")]
    [InlineData("{\"package\":\"sample\",\"package\":\"sample\",\"name\":\"x\"}", "package", "it is there twice")]
    [InlineData("{\"package\":\"sample\",\"nam\":\"x\"}", "nam", "there is no such member")]
    [InlineData("[]", "body", "an object is needed")]
    [InlineData("", "body", "it is empty")]
    public async Task What_is_wrong_with_a_body_is_said_in_words_for_people(string body, string field, string message)
    {
        var (status, refused) = await host.Post("/api/v1/clusters", body);
        status.ShouldBe(HttpStatusCode.BadRequest, refused.ToJsonString());
        var error = refused["errors"]!.AsArray().ShouldHaveSingleItem()!;
        (error["field"]!.GetValue<string>(), error["message"]!.GetValue<string>()).ShouldBe((field, message));
    }

    private sealed record Call(string What, string Path, HttpContent? Body, bool IsSignedIn = true, bool IsGood = false, int? Expected = null);

    private IEnumerable<Call> Calls(ApiOperation operation)
    {
        var path = At(operation, _ => null);
        if (operation.NeedsLogin) yield return new Call("no token", path, Good(operation), IsSignedIn: false, Expected: 401);
        foreach (var parameter in operation.Parameters.Select(parameter => (Name: parameter["name"]!.GetValue<string>(), In: parameter["in"]!.GetValue<string>())))
        {
            foreach (var odd in (string[])["absent", "-1", "0", "99999999999999999999999", "x%0Ay"])
                yield return new Call($"{parameter.Name}={odd}", parameter.In == "path" ? At(operation, name => name == parameter.Name ? odd : null) : $"{path}?{parameter.Name}={odd}", Good(operation));
        }

        if (operation.NeedsBody && operation.Takes == "application/json")
        {
            yield return new Call("no body", path, null, Expected: 415);
            yield return new Call("an empty body", path, Json(""), Expected: 400);
            yield return new Call("null", path, Json("null"), Expected: 400);
            yield return new Call("a list", path, Json("[]"), Expected: 400);
            yield return new Call("half a body", path, Json("{\"a\":"), Expected: 400);
            yield return new Call("an unknown member", path, Json("""{"unknown_member":1}"""), Expected: 400);
            yield return new Call("no member", path, Json("{}"));
            yield return new Call("too long a body", path, Json($"{{\"a\":\"{new string('x', 70_000)}\"}}"), Expected: 413);
            foreach (var (number, schema) in operation.Numbers)
            {
                var largest = schema["format"]?.GetValue<string>() == "int32" ? int.MaxValue : long.MaxValue;
                yield return new Call($"a huge {number}", path, Json($"{{\"{number}\":99999999999999999999999}}"), Expected: 400);
                yield return new Call($"the largest {number}", path, Json($"{{\"{number}\":{largest}}}"), Expected: schema["maximum"] is null ? null : 400);
            }
        }

        if (operation.Takes is not null) yield return new Call("text", path, new StringContent("text"), Expected: 415);
        if (operation.Path.Contains("{name}", StringComparison.Ordinal) && operation.Path.Contains("clusters", StringComparison.Ordinal))
            yield return new Call("a cluster of which little is known", At(operation, name => name == "name" ? "bare" : null), Good(operation));
        yield return new Call("as it is meant", path, Good(operation), IsGood: true);
    }

    private string At(ApiOperation operation, Func<string, string?> instead)
    {
        var path = operation.Path;
        foreach (var name in operation.Parameters.Where(parameter => parameter["in"]!.GetValue<string>() == "path").Select(parameter => parameter["name"]!.GetValue<string>()))
            path = path.Replace($"{{{name}}}", instead(name) ?? Example(operation, name), StringComparison.Ordinal);
        return path;
    }

    private string Example(ApiOperation operation, string parameter) => (operation.Name, parameter) switch
    {
        ("DELETE /api/v1/packages/{name}", _) => "tiny",
        (var name, "name") when name.Contains("/packages/", StringComparison.Ordinal) => "sample",
        (var name, "name") when name.Contains("/blueprints/", StringComparison.Ordinal) => "lab",
        (_, "name") => "demo",
        (_, "task" or "pod") => "worker-0",
        (_, "table") => "boxes",
        (_, "number") => "1",
        (_, "path") => "birds.csv",
        ("DELETE /api/v1/tokens/{id}", _) => contract.Token,
        (_, "id") => "agent-1",
        _ => throw new InvalidOperationException($"{operation.Name} has a parameter {parameter} that this test has no value for"),
    };

    private ByteArrayContent? Good(ApiOperation operation) => operation.Name switch
    {
        "POST /api/v1/packages" => Tar(),
        "POST /login" => new FormUrlEncodedContent([KeyValuePair.Create("token", host.Client.DefaultRequestHeaders.Authorization!.Parameter)]),
        "POST /api/v1/clusters" => Json("""{"package":"sample","name":"third","options":{"workers":3},"lifetime_seconds":600,"size":"Small","needs":[]}"""),
        "POST /api/v1/clusters/{name}/extend" => Json("""{"seconds":600}"""),
        "POST /api/v1/clusters/{name}/update" => Json("""{"options":{"workers":3},"dry_run":false}"""),
        "POST /api/v1/clusters/{name}/rollback" => Json("""{"target":1,"dry_run":true}"""),
        "POST /api/v1/clusters/{name}/operations" => Json("""{"name":"restore","backup":"demo-1"}"""),
        "POST /api/v1/blueprints" => Json(new JsonObject { ["content"] = ContractHost.Lab, ["dry_run"] = true }.ToJsonString()),
        "POST /api/v1/blueprints/export" => Json("""{"of":["lab"]}"""),
        "POST /api/v1/sql" => Json("""{"query":"SELECT *, NULL AS nothing FROM \"birds.csv\""}"""),
        "POST /api/v1/tokens" => Json("""{"name":"another","days":1}"""),
        "POST /api/v1/removals/confirm" => Json("""{"cluster_ids":["x"]}"""),
        "POST /api/v1/login-links" => Json("""{"return_path":"/clusters"}"""),
        _ when operation.Takes is null => null,
        _ => throw new InvalidOperationException($"{operation.Name} takes a body that this test has none for"),
    };

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private ByteArrayContent Tar()
    {
        var content = new ByteArrayContent(PackageArchive.Pack(SmallPackage.Write(Path.Combine(contract.Folder, "tiny"), "tiny")));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        return content;
    }
}
