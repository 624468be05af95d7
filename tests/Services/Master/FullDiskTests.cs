using System.Net;
using System.Text;
using DataPlatform.Services.Tests.Agent.Running;

namespace DataPlatform.Services.Tests.Master;

/// <summary>The disk of a real master fills up: it says so, serves what needs no journal, and goes on when there is room.</summary>
public class FullDiskTests
{
    private const int DiskMegabytes = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_master_on_a_full_disk_serves_reads_and_refuses_with_the_reason_also_when_it_starts_there()
    {
        SmallDisk? disk = null;
        await using var master = await MasterProcess.StartAsync(directory => disk = SmallDisk.TryMount(directory, DiskMegabytes));
        using var mounted = disk;
        Assert.SkipWhen(disk is null, "A file system of a test's own can't be mounted here");
        using var http = new HttpClient { BaseAddress = master.Endpoint };
        await using (await TestFramework.SubscribeAsync(master.Endpoint))
        {
            Fill(master.WorkDirectory);
            await RefusesAsync(http);
        }

        await master.KillAsync();
        await master.StartAgainAsync();
        await RefusesAsync(http);
        using (var read = await PostAsync(http, "/api/v1", """{"type":"GET_STATE"}"""))
        {
            read.StatusCode.ShouldBe(HttpStatusCode.OK);
            (await read.Content.ReadAsStringAsync()).ShouldContain("recovered");
        }

        File.Delete(Path.Combine(master.WorkDirectory, "filling"));
        await WaitAsync(async () => (await http.GetAsync("/health")).IsSuccessStatusCode);
        await using var framework = await TestFramework.SubscribeAsync(master.Endpoint);
    }

    private static async Task RefusesAsync(HttpClient http)
    {
        using var refused = await PostAsync(http, "/api/v1/scheduler", SubscriptionTests.Subscribe().ToJsonString());
        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        var reason = "";
        await WaitAsync(async () =>
        {
            using var health = await http.GetAsync("/health");
            health.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            reason = await health.Content.ReadAsStringAsync();
            return reason.Contains("leads", StringComparison.Ordinal);
        });
        reason.ShouldContain("full");
        using var again = await PostAsync(http, "/api/v1/scheduler", SubscriptionTests.Subscribe().ToJsonString());
        again.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await again.Content.ReadAsStringAsync()).ShouldContain("full");
    }

    private static void Fill(string directory)
    {
        using var file = new FileStream(Path.Combine(directory, "filling"), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            BufferSize = 0,
        });
        var block = new byte[4096];
        try
        {
            while (true)
                file.Write(block);
        }
        catch (IOException)
        {
            // Full, as wanted.
        }
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient http, string path, string body) =>
        http.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));

    private static async Task WaitAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await condition())
            await Task.Delay(20, patience.Token);
    }
}
