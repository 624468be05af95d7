using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DataPlatform.Integration.Tests.Operators;
using DataPlatform.Integration.Tests.Platform;

namespace DataPlatform.Integration.Tests.Engines;

/// <summary>What the API tells people to paste works as it is printed, and only what is to be taken into the environment signs in.</summary>
public sealed partial class SnippetTests(ITestOutputHelper output)
{
    /// <param name="said">What each of the programs writes.</param>
    /// <param name="surely">Those that need nothing but what comes with the platform.</param>
    [Theory]
    [Trait("Length", "Minutes")]
    [InlineData("kafka", """{"heap":256,"disk":1024}""", "hello from|greetings", "Shell Python")]
    [InlineData("kafka", """{"heap":256,"disk":1024,"tls":true}""", "hello from|greetings", "Shell Python")]
    [InlineData("cassandra", """{"nodes":1}""", "hello from|subject", "Shell Python")]
    [InlineData("cassandra", """{"nodes":1,"tls":true}""", "hello from|subject", "Shell Python")]
    [InlineData("hdfs", """{"datanodes":1,"copies":1}""", "hello", "Shell Python")]
    [InlineData("zookeeper", """{"servers":1,"memory":128}""", "hello from|Mode: leader", "Shell Python")]
    [InlineData("spark", """{"workers":1}""", "499999500000|%2Fui%2Fdesk%2Flab", "Python Notebook")]
    [InlineData("dask", """{"workers":1,"memory":512}""", "499999500000|%2Fui%2Fdesk%2Flab", "Python Notebook")]
    [InlineData("postgresql", "{}", "hello from", "")]
    [InlineData("redis", "{}", "hello from|PONG", "")]
    [InlineData("rabbitmq", "{}", "hello from", "")]
    public async Task Runs_as_it_is_printed(string package, string options, string said, string surely)
    {
        var needed = ShippedPackage.Read(package).Declaration.Versions[0].Artifacts;
        Assert.SkipWhen(needed.Program is { } program && !File.Exists(program), $"{needed.Program} is not installed here: Debian's {needed.Debian} brings it");
        await using var platform = await PlatformProcesses.StartAsync(agents: 2);
        using var client = await platform.StartControlPlaneAsync();
        await client.NeedAsync(package, "jupyter");
        await client.LaunchAsync(platform, package, "subject", JsonNode.Parse(options)!.AsObject());
        var snippets = (await client.ClusterAsync("subject")).Snippets;
        var pasted = new PastedSnippets(platform);
        await client.LaunchAsync(platform, "jupyter", "desk", new JsonObject { ["cluster"] = "subject", ["execute"] = pasted.IntoNotebook(snippets) });
        var ran = await pasted.RunAsync(snippets);

        foreach (var (title, (wrote, whyNot)) in ran)
            output.WriteLine($"{title}: {whyNot ?? wrote!.Trim()}");
        foreach (var (title, (wrote, _)) in ran.Where(each => each.Value.WhyNot is null))
            wrote!.ShouldMatch(said, title);
        foreach (var title in surely.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            ran[title].WhyNot.ShouldBeNull();
        snippets.Where(snippet => Secret().IsMatch(snippet.Text)).Select(snippet => snippet.Title).ShouldBeSubsetOf([PastedSnippets.Surroundings, "Management"]);
        await client.DeleteAndWaitAsync("desk");
        await client.DeleteAndWaitAsync("subject");
    }

    [GeneratedRegex("[0-9a-f]{64}")]
    private static partial Regex Secret();
}
