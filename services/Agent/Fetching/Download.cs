using System.Net;
using System.Security.Cryptography;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Hosting.Files;

namespace DataPlatform.Services.Agent.Fetching;

/// <summary>Brings one artifact into a file, complete or not at all, and says its sha256.</summary>
internal sealed class Download(HttpClient http, LocalFiles local, Random random)
{
    private const int Attempts = 4;
    private const int BufferSize = 128 * 1024;
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(250);

    /// <param name="user">Whose rights count for files of this host; null: the agent's own.</param>
    /// <returns>The sha256, in lower-case hexadecimal.</returns>
    /// <exception cref="FetchException">After the last attempt, or when a bound is reached.</exception>
    /// <exception cref="IOException">The file can't be written.</exception>
    public async Task<string> ToFileAsync(FetchItem item, string file, HostUser? user, FetchBudget budget, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var transfer = new Transfer(item, file, budget);
            try
            {
                return item.Source.IsFile
                    ? await FromFileAsync(transfer, user, cancellation)
                    : await FromHttpAsync(transfer, cancellation);
            }
            catch (FetchException problem) when (problem.MayPass && attempt < Attempts)
            {
                budget.GiveBack(item, transfer.Received);
                await Task.Delay(FirstWait * Math.Pow(3, attempt - 1) * (0.5 + (random.NextDouble() / 2)), cancellation);
            }
            catch (FetchException problem) when (problem.MayPass)
            {
                throw new FetchException($"{problem.Message} (tried {Attempts} times)");
            }
        }
    }

    private async Task<string> FromFileAsync(Transfer transfer, HostUser? user, CancellationToken cancellation)
    {
        var path = transfer.Item.Source.LocalPath;
        using var source = await local.OpenAsync(path, user, cancellation);
        transfer.Expect(FileStatus.Of(source)?.Size);
        try
        {
            // Waited for beside the reading thread: a file system that hangs must not hold up who cancels.
            return await transfer.CopyAsync(buffer => Task.Run(() => RandomAccess.Read(source, buffer.Span, transfer.Received), CancellationToken.None).WaitAsync(cancellation));
        }
        catch (IOException problem) when (!Sandboxes.DiskSpace.IsFull(problem))
        {
            throw new FetchException($"Cannot fetch {transfer.Item.Display}: {problem.Message}");
        }
    }

    private async Task<string> FromHttpAsync(Transfer transfer, CancellationToken cancellation)
    {
        var item = transfer.Item;
        var patience = transfer.Budget.Limits.Stall;
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stall.CancelAfter(patience);
        try
        {
            using var response = await http.GetAsync(item.Source, HttpCompletionOption.ResponseHeadersRead, stall.Token);
            if (response.StatusCode != HttpStatusCode.OK)
                throw new FetchException(
                    $"Cannot fetch {item.Display}: the server answered {(int)response.StatusCode} {response.ReasonPhrase}",
                    mayPass: (int)response.StatusCode is >= 500 or 408 or 429);
            var announced = response.Content.Headers.ContentLength;
            transfer.Expect(announced);
            await using var body = await response.Content.ReadAsStreamAsync(stall.Token);
            var digest = await transfer.CopyAsync(async buffer =>
            {
                stall.CancelAfter(patience);
                try
                {
                    return await body.ReadAsync(buffer, stall.Token);
                }
                catch (IOException problem)
                {
                    throw new FetchException($"Cannot fetch {item.Display}: the transfer ended early, after {transfer.Received} bytes ({problem.Message})", mayPass: true);
                }
            });
            return announced is null || announced == transfer.Received
                ? digest
                : throw new FetchException($"Cannot fetch {item.Display}: the transfer ended after {transfer.Received} of {announced} bytes", mayPass: true);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new FetchException($"Cannot fetch {item.Display}: nothing came for {patience.TotalSeconds:0.#} seconds (--fetcher-stall-timeout)", mayPass: true);
        }
        catch (HttpRequestException problem)
        {
            var what = problem.InnerException is IOException inner ? "the transfer ended early: " + inner.Message : problem.Message;
            throw new FetchException($"Cannot fetch {item.Display}: {what}", mayPass: true);
        }
    }

    private sealed class Transfer(FetchItem item, string file, FetchBudget budget)
    {
        public FetchItem Item => item;

        public FetchBudget Budget => budget;

        public long Received { get; private set; }

        /// <summary>What is too large by its own word is not begun.</summary>
        public void Expect(long? bytes)
        {
            if (bytes is not { } all)
                return;
            budget.Transfer(item, all);
            budget.GiveBack(item, all);
        }

        public async Task<string> CopyAsync(Func<Memory<byte>, Task<int>> read)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            // Not from a pool: a read that nobody waits for any more may still write into it.
            var buffer = new byte[BufferSize];
            await using var target = new FileStream(file, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            while (await read(buffer) is > 0 and var count)
            {
                Received += count;
                budget.Transfer(item, count);
                hash.AppendData(buffer, 0, count);
                target.Write(buffer, 0, count);
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
    }
}
