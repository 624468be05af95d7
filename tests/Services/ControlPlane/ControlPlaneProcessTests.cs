using System.Diagnostics;
using DataPlatform.Services.Tests.Agent.Running;

namespace DataPlatform.Services.Tests.ControlPlane;

public sealed class ControlPlaneProcessTests
{
    private const int Terminate = 15;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_second_one_on_the_same_work_directory_is_refused_and_the_first_goes_on_until_it_is_asked_to_stop()
    {
        using var folder = new TemporaryFolder();
        using var first = Start(folder.Path);
        try
        {
            var endpoint = Path.Combine(folder.Path, "work", "endpoint");
            for (var watch = Stopwatch.StartNew(); !File.Exists(endpoint); await Task.Delay(20))
                (first.HasExited || watch.Elapsed > Patience).ShouldBeFalse();

            using var second = Start(folder.Path);
            using var patience = new CancellationTokenSource(Patience);
            await second.WaitForExitAsync(patience.Token);

            second.ExitCode.ShouldBe(2);
            (await second.StandardError.ReadToEndAsync(patience.Token)).ShouldContain("is in use by another process");
            using var http = new HttpClient();
            (await http.GetStringAsync(new Uri(new Uri((await File.ReadAllTextAsync(endpoint, patience.Token)).Trim()), "/health"), patience.Token)).ShouldBe("ok");

            Native.kill(first.Id, Terminate).ShouldBe(0);
            await first.WaitForExitAsync(patience.Token);
            first.ExitCode.ShouldBe(0, await first.StandardError.ReadToEndAsync(patience.Token));
        }
        finally
        {
            if (!first.HasExited)
                first.Kill();
            await first.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static Process Start(string folder) => Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "dp-control-plane"), [
        "--work-dir", Path.Combine(folder, "work"), "--port", "0", "--cli-config", Path.Combine(folder, "cli.json")])
    {
        RedirectStandardError = true,
    })!;
}
