namespace DataPlatform.Services.Tests.Cli;

/// <summary>Answers of a control plane, in its JSON.</summary>
internal static class Examples
{
    public const string Package = """
        {"name":"spark","title":"Spark","description":"d","version":"4.2.0","defaults":{"workers":2},
         "schema":{"type":"object","properties":{"workers":{"type":"integer","minimum":1,"maximum":64,"description":"How many."},
          "worker_memory":{"type":"integer"},"history":{"type":"boolean"},"size":{"enum":["s","m"]}}}}
        """;

    public static string Cluster(string state, string step = "Complete", string? waitingFor = null, string? reason = null) => $$$"""
        {"summary":{"id":"1","name":"trial","package":"spark","version":"4.2.0","owner":"o","state":"{{{state}}}",{{{Member("reason", reason)}}}"created_at":"2026-01-01T00:00:00Z",
          "expires_at":"2026-01-01T08:00:00Z","reserved":{"milli_cpus":2700,"memory_mebibytes":6144,"disk_mebibytes":1}},
         "options":{"workers":"2"},"plans":[{"name":"deploy","state":"Complete","phases":[{"name":"workers","strategy":"parallel","state":"Complete",
          "steps":[{"name":"worker-0","state":"{{{step}}}",{{{Member("waiting_for", waitingFor)}}}"started_at":"2026-01-01T00:00:01Z","finished_at":"2026-01-01T00:00:04.5Z"}]}]}],
         "tasks":[],"endpoints":[{"name":"connect","title":"Spark Connect","url":"sc://127.0.0.1:15002"},
           {"name":"ui","title":"Spark UI","url":"http://127.0.0.1:4040/","proxy_path":"/ui/trial/ui/","landing":"jobs/"}],
         "snippets":[{"title":"Python","language":"python","text":"import pyspark"}],"waiting":[],"needs":[],"operations":[],"volumes":[],"facts":[],"tables":[]}
        """;

    public static string Summaries(string state) => $"[{System.Text.Json.Nodes.JsonNode.Parse(Cluster(state))!["summary"]!.ToJsonString()}]";

    private static string Member(string name, string? value) => value is null ? "" : $"\"{name}\":\"{value}\",";
}
