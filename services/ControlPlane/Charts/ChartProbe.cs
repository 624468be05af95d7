using System.Globalization;
using System.Net;
using System.Text;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.ControlPlane.Charts;

/// <summary>Who is asked: a cluster whose package says so, where the platform placed it. Nobody gives another address.</summary>
/// <param name="Address">Ends with a slash.</param>
public sealed record ChartSource(string Cluster, Uri Address, IReadOnlyDictionary<string, string> Headers);

/// <summary>Asks one question, within a bound of time and of size. Whatever goes wrong is why there is no answer.</summary>
public sealed class ChartProbe : IDisposable
{
    private const int MostBytes = 2 * 1024 * 1024;

    /// <summary>Below <see cref="Patience"/>, so that Prometheus itself gives up first.</summary>
    private const string Limit = "6s";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    private readonly HttpClient client = new(new SocketsHttpHandler
    {
        UseProxy = false, AllowAutoRedirect = false, UseCookies = false, AutomaticDecompression = DecompressionMethods.None, ActivityHeadersPropagator = null, ConnectTimeout = TimeSpan.FromSeconds(3),
    }) { Timeout = Timeout.InfiniteTimeSpan };

    public async Task<(IReadOnlyList<ChartSeriesView> Series, string? WhyNot)> AskAsync(ChartSource source, string title, string query, ChartSpan span, DateTimeOffset since, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            string Seconds(double seconds) => seconds.ToString("0", CultureInfo.InvariantCulture);
            var asked = $"api/v1/query_range?query={Uri.EscapeDataString(query)}&start={Seconds(span.FirstSince(since).ToUnixTimeSeconds())}&end={Seconds(span.To.ToUnixTimeSeconds())}&step={Seconds(span.Step.TotalSeconds)}&timeout={Limit}";
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(source.Address, asked));
            foreach (var (name, value) in source.Headers)
                request.Headers.TryAddWithoutValidation(name, value);
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (await ReadAsync(answer.Content, limit.Token) is not { } text)
                return ([], $"{source.Cluster} answers with more than {MostBytes / 1024 / 1024} MiB");
            if (!answer.IsSuccessStatusCode)
                return ([], QueryAnswer.Refusal(text) is { } why ? $"{source.Cluster} refuses the question: {why}" : $"{source.Cluster} answers {(int)answer.StatusCode}");
            return (QueryAnswer.Series(title, text, span), null);
        }
        catch (FormatException odd)
        {
            return ([], $"{source.Cluster}: {odd.Message}");
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            return ([], $"{source.Cluster} can't be asked: {broken.Message}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return ([], $"{source.Cluster} does not answer within {Patience.TotalSeconds:0} s");
        }
    }

    private static async Task<string?> ReadAsync(HttpContent content, CancellationToken cancellation)
    {
        await using var from = await content.ReadAsStreamAsync(cancellation);
        using var text = new MemoryStream();
        var part = new byte[16 * 1024];
        for (int read; (read = await from.ReadAsync(part, cancellation)) > 0;)
        {
            if (text.Length + read > MostBytes)
                return null;
            text.Write(part, 0, read);
        }

        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }

    public void Dispose() => client.Dispose();
}
