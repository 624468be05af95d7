using System.Diagnostics;
using System.Net;
using System.Text;
using Shouldly;

namespace DataPlatform.Integration.Tests.Operators;

/// <summary>A client of a launched HDFS, as its user: what one NameNode refuses, the other is asked for.</summary>
internal sealed class WebHdfs(DeclaredLaunch launched, string user = "data")
{
    private static readonly HttpClient Client = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(20) };

    /// <summary>What a NameNode says of itself.</summary>
    public static async Task<string> StateAsync(string address, string bean) => Encoding.UTF8.GetString(await Client.GetByteArrayAsync(new Uri($"{address}/jmx?qry=Hadoop:service=NameNode,name={bean}")));

    public async Task WriteAsync(string path, string text)
    {
        using var place = await AskAsync(HttpMethod.Put, path, "CREATE&overwrite=true");
        place.StatusCode.ShouldBe(HttpStatusCode.TemporaryRedirect, await place.Content.ReadAsStringAsync());
        using var written = await Client.PutAsync(place.Headers.Location, new StringContent(text, Encoding.UTF8, "application/octet-stream"));
        written.StatusCode.ShouldBe(HttpStatusCode.Created, await written.Content.ReadAsStringAsync());
    }

    public async Task<string> ReadAsync(string path)
    {
        using var place = await AskAsync(HttpMethod.Get, path, "OPEN");
        place.StatusCode.ShouldBe(HttpStatusCode.TemporaryRedirect, await place.Content.ReadAsStringAsync());
        using var read = await Client.GetAsync(place.Headers.Location);
        var text = await read.Content.ReadAsStringAsync();
        read.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return text;
    }

    /// <summary>A NameNode that has just begun may name a DataNode that has not told it yet what it holds: clients of Hadoop ask again, and so does this one.</summary>
    public async Task<string> ReadAgainAsync(string path, TimeSpan limit)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            using var place = await AskAsync(HttpMethod.Get, path, "OPEN");
            if (place.StatusCode == HttpStatusCode.TemporaryRedirect)
            {
                using var read = await Client.GetAsync(place.Headers.Location);
                if (read.StatusCode == HttpStatusCode.OK)
                    return await read.Content.ReadAsStringAsync();
                since.Elapsed.ShouldBeLessThan(limit, await read.Content.ReadAsStringAsync());
            }

            since.Elapsed.ShouldBeLessThan(limit, await place.Content.ReadAsStringAsync());
            await Task.Delay(100);
        }
    }

    /// <summary>One NameNode says again where the file is.</summary>
    public async Task UntilServedAsync(string path, TimeSpan limit)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var answer = await AskAsync(HttpMethod.Get, path, "OPEN");
                if (answer.StatusCode == HttpStatusCode.TemporaryRedirect)
                    return;
            }
            catch (HttpRequestException) when (since.Elapsed < limit)
            {
                // None answers yet.
            }

            since.Elapsed.ShouldBeLessThan(limit, "no NameNode serves");
            await Task.Delay(100);
        }
    }

    /// <returns>The answer of the NameNode that is active, or of the last one that answered otherwise.</returns>
    public async Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, string operation)
    {
        var addresses = launched.Exported("HDFS_WEB").Split(',');
        foreach (var address in addresses[..^1])
        {
            using var request = new HttpRequestMessage(method, Url(address, path, operation));
            try
            {
                var answer = await Client.SendAsync(request);
                if (answer.StatusCode != HttpStatusCode.Forbidden || !(await answer.Content.ReadAsStringAsync()).Contains("StandbyException", StringComparison.Ordinal))
                    return answer;
                answer.Dispose();
            }
            catch (HttpRequestException)
            {
                // It is not there: the next one is.
            }
        }

        using var last = new HttpRequestMessage(method, Url(addresses[^1], path, operation));
        return await Client.SendAsync(last);
    }

    private string Url(string address, string path, string operation) => $"{address}/webhdfs/v1{path}?op={operation}&user.name={user}";
}
