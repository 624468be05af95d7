using System.Buffers;
using System.Net;
using System.Security.Cryptography;

namespace DataPlatform.Services.Agent.Fetching;

/// <summary>Brings one artifact into a file, complete or not at all, and says its sha256.</summary>
internal sealed class Download(HttpClient http, TimeSpan stallTimeout, Random random)
{
    private const int Attempts = 4;
    private const int BufferSize = 128 * 1024;
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(250);

    /// <returns>The sha256, in lower-case hexadecimal.</returns>
    /// <exception cref="FetchException">After the last attempt.</exception>
    /// <exception cref="IOException">The file can't be written.</exception>
    public async Task<string> ToFileAsync(FetchItem item, string file, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return item.Source.IsFile
                    ? await FromFileAsync(item, file, cancellation)
                    : await FromHttpAsync(item, file, cancellation);
            }
            catch (FetchException problem) when (problem.MayPass && attempt < Attempts)
            {
                await Task.Delay(FirstWait * Math.Pow(3, attempt - 1) * (0.5 + (random.NextDouble() / 2)), cancellation);
            }
            catch (FetchException problem) when (problem.MayPass)
            {
                throw new FetchException($"{problem.Message} (tried {Attempts} times)");
            }
        }
    }

    private static async Task<string> FromFileAsync(FetchItem item, string file, CancellationToken cancellation)
    {
        FileStream source;
        try
        {
            source = new FileStream(item.Source.LocalPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, useAsync: false);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new FetchException($"Cannot fetch {item.Display}: {problem.Message}");
        }

        await using (source)
            return await CopyAsync(source, file, (buffer, token) => source.ReadAsync(buffer, token), cancellation);
    }

    private async Task<string> FromHttpAsync(FetchItem item, string file, CancellationToken cancellation)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stall.CancelAfter(stallTimeout);
        try
        {
            using var response = await http.GetAsync(item.Source, HttpCompletionOption.ResponseHeadersRead, stall.Token);
            if (response.StatusCode != HttpStatusCode.OK)
                throw new FetchException(
                    $"Cannot fetch {item.Display}: the server answered {(int)response.StatusCode} {response.ReasonPhrase}",
                    mayPass: (int)response.StatusCode is >= 500 or 408 or 429);
            var announced = response.Content.Headers.ContentLength;
            await using var body = await response.Content.ReadAsStreamAsync(stall.Token);
            long received = 0;
            var digest = await CopyAsync(body, file, async (buffer, _) =>
            {
                stall.CancelAfter(stallTimeout);
                try
                {
                    var count = await body.ReadAsync(buffer, stall.Token);
                    received += count;
                    return count;
                }
                catch (IOException problem)
                {
                    throw new FetchException($"Cannot fetch {item.Display}: the transfer ended early, after {received} bytes ({problem.Message})", mayPass: true);
                }
            }, cancellation);
            return announced is null || announced == received
                ? digest
                : throw new FetchException($"Cannot fetch {item.Display}: the transfer ended after {received} of {announced} bytes", mayPass: true);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new FetchException($"Cannot fetch {item.Display}: nothing came for {stallTimeout.TotalSeconds:0.#} seconds (--fetcher-stall-timeout)", mayPass: true);
        }
        catch (HttpRequestException problem)
        {
            var what = problem.InnerException is IOException inner ? "the transfer ended early: " + inner.Message : problem.Message;
            throw new FetchException($"Cannot fetch {item.Display}: {what}", mayPass: true);
        }
    }

    private static async Task<string> CopyAsync(
        Stream source, string file, Func<Memory<byte>, CancellationToken, ValueTask<int>> read, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            await using var target = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, 0, useAsync: false);
            while (await read(buffer, cancellation) is > 0 and var count)
            {
                hash.AppendData(buffer, 0, count);
                await target.WriteAsync(buffer.AsMemory(0, count), cancellation);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
