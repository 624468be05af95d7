using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace DataPlatform.Benchmarks.Spark;

/// <summary>A cluster's processes started again without the platform, all at once as a script would, until they serve as the platform asks it of them.</summary>
internal static class ByHand
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static async Task<TimeSpan> RunAsync(IReadOnlyList<CapturedProcess> cluster, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        var started = cluster.Select(process => process.Start()).ToList();
        try
        {
            using var http = new HttpClient();
            foreach (var process in cluster)
            {
                while (!await ServesAsync(process, http, cancellation))
                {
                    if (started.FirstOrDefault(candidate => candidate.HasExited) is { } ended)
                        throw new InvalidOperationException($"a process started by hand ended with {ended.ExitCode}: {cluster[started.IndexOf(ended)].LastWords}");
                    await Task.Delay(Pause, cancellation);
                }
            }

            return Stopwatch.GetElapsedTime(began);
        }
        finally
        {
            foreach (var process in started)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None);
                process.Dispose();
            }
        }
    }

    private static async Task<bool> ServesAsync(CapturedProcess process, HttpClient http, CancellationToken cancellation)
    {
        try
        {
            if (process.Argument("spark.connect.grpc.binding.port") is { } port)
            {
                using var connection = new TcpClient();
                await connection.ConnectAsync(process.Argument("spark.connect.grpc.binding.address")!, int.Parse(port, CultureInfo.InvariantCulture), cancellation);
                return true;
            }

            var page = await http.GetStringAsync(new Uri($"http://{process.Argument("--host")}:{process.Argument("--webui-port")}/json/"), cancellation);
            return page.Contains("\"ALIVE\"", StringComparison.Ordinal) || page.Contains("\"masterurl\" : \"spark:", StringComparison.Ordinal);
        }
        catch (Exception notYet) when (notYet is SocketException or HttpRequestException)
        {
            return false;
        }
    }
}
