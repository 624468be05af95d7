using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Shouldly;

namespace DataPlatform.Integration.Tests.Operators;

/// <summary>Who uses a launched Hadoop from its gateway, as dp exec does, and asks its web servers.</summary>
internal sealed class HadoopClient(DeclaredLaunch launched)
{
    public const string Examples = "hadoop/jars/hadoop-mapreduce-examples-3.4.2.jar";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);
    private static readonly HttpClient Client = new() { Timeout = TimeSpan.FromSeconds(20) };

    /// <summary>Runs hadoop.sh in the gateway's sandbox; it must end well.</summary>
    /// <returns>What it wrote.</returns>
    public async Task<string> RunAsync(string[] arguments, string input = "")
    {
        var start = new ProcessStartInfo("/bin/bash", ["hadoop.sh", .. arguments])
        {
            WorkingDirectory = launched.SandboxOf("gateway"), RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (said, wrong) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{string.Join(' ', arguments)}\n{await said}\n{await wrong}");
        }

        process.ExitCode.ShouldBe(0, $"{string.Join(' ', arguments)}\n{await said}\n{await wrong}");
        return await said;
    }

    /// <summary>Has hadoop.sh do something as a connected cluster does.</summary>
    /// <returns>How it ended, and what it said.</returns>
    public async Task<(int Code, string Said)> SentAsync(params string[] arguments)
    {
        using var sent = await GatewayAsync(launched.Exported("HADOOP_JOBS_TOKEN"), arguments);
        sent.StatusCode.ShouldBe(HttpStatusCode.Accepted, await sent.Content.ReadAsStringAsync());
        var number = JsonNode.Parse(await sent.Content.ReadAsStringAsync())!["number"]!.GetValue<int>();
        var since = Stopwatch.StartNew();
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{launched.Exported("HADOOP_JOBS")}/{number}") { Headers = { Authorization = new("Bearer", launched.Exported("HADOOP_JOBS_TOKEN")) } };
            using var answer = await Client.SendAsync(request);
            var told = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
            if (told["state"]!.GetValue<string>() == "ended")
                return (told["code"]!.GetValue<int>(), told["said"]!.GetValue<string>());
            since.Elapsed.ShouldBeLessThan(Limit, told.ToJsonString());
            await Task.Delay(100);
        }
    }

    public async Task<HttpResponseMessage> GatewayAsync(string token, params string[] arguments)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, launched.Exported("HADOOP_JOBS"))
        {
            Headers = { Authorization = new("Bearer", token) },
            Content = new StringContent(new JsonObject { ["arguments"] = new JsonArray([.. arguments.Select(argument => (JsonNode)argument)]) }.ToJsonString()),
        };
        return await Client.SendAsync(request);
    }

    /// <summary>Reckons pi with so many maps, of which two run at a time: more would leave the rest of Hadoop no processor on a small machine.</summary>
    public async Task<double> PiAsync(int maps)
    {
        var said = await RunAsync(["jar", Examples, "pi", "-Dmapreduce.job.running.map.limit=2", maps.ToString(CultureInfo.InvariantCulture), "100000"]);
        return double.Parse(said[(said.LastIndexOf(" is ", StringComparison.Ordinal) + 4)..], CultureInfo.InvariantCulture);
    }

    /// <summary>Each of so many NodeManagers runs something.</summary>
    public async Task UntilAllWorkAsync(int nodes)
    {
        var since = Stopwatch.StartNew();
        while ((await AskAsync("resourcemanager", "/ws/v1/cluster/nodes?states=RUNNING"))["nodes"]?["node"] is not JsonArray known
            || known.Count != nodes || known.Any(node => node!["numContainers"]!.GetValue<int>() == 0))
        {
            since.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60), "not all NodeManagers have got something to do");
            await Task.Delay(100);
        }
    }

    public async Task<JsonNode> AskAsync(string endpoint, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(launched.Endpoint(endpoint), path)) { Headers = { { "Accept", "application/json" } } };
        using var answer = await Client.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }

    /// <summary>Jobs in the history server's list, once there are so many.</summary>
    public async Task<IReadOnlyList<string>> HistoryAsync(int count)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            var jobs = (await AskAsync("history", "/ws/v1/history/mapreduce/jobs"))["jobs"] is JsonObject found ? found["job"] : null;
            IReadOnlyList<string> listed = [.. (jobs as JsonArray ?? (jobs is null ? [] : new JsonArray(jobs.DeepClone()))).Select(job => $"{job!["name"]} {job["queue"]} {job["state"]}")];
            if (listed.Count >= count)
                return listed;
            since.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60), string.Join(", ", listed));
            await Task.Delay(100);
        }
    }

    /// <summary>Whether somebody who only reaches the web server and knows the user's name can run something.</summary>
    public async Task<bool> CanSubmitOverHttpAsync(string user, string queue)
    {
        var address = launched.Endpoint("resourcemanager");
        using var made = await Client.PostAsync(new Uri(address, $"/ws/v1/cluster/apps/new-application?user.name={user}"), null);
        if (!made.IsSuccessStatusCode)
            return false;
        var text = await made.Content.ReadAsStringAsync();
        var id = text[text.IndexOf("application_", StringComparison.Ordinal)..].Split('"', '<')[0];
        using var application = new StringContent(
            $$$"""{"application-id":"{{{id}}}","application-name":"foreign","queue":"{{{queue}}}","am-container-spec":{"commands":{"command":"true"}},"resource":{"memory":256,"vCores":1}}""",
            System.Text.Encoding.UTF8, "application/json");
        using var answer = await Client.PostAsync(new Uri(address, $"/ws/v1/cluster/apps?user.name={user}"), application);
        return answer.IsSuccessStatusCode;
    }
}
