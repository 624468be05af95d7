using System.Diagnostics;
using System.Text.RegularExpressions;
using Shouldly;

namespace DataPlatform.Integration.Tests.Operators;

/// <summary>What the package's keepers agree on before any server starts, from whatever a host's end left of it. In the place of a server stands a program that ends at once.</summary>
public sealed partial class ZooKeeperFoundingTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string folder = Directory.CreateTempSubdirectory("dp-founding-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task All_with_which_it_is_launched_begin_together()
    {
        await Task.WhenAll(EndAsync(Begin(1)), EndAsync(Begin(2)), EndAsync(Begin(3)));

        Known(1).ShouldBe("1 at 10.0.0.1, 2 at 10.0.0.2, 3 at 10.0.0.3");
        (Known(2), Known(3)).ShouldBe((Known(1), Known(1)));
    }

    [Fact]
    public async Task One_that_was_ended_before_it_began_still_begins_with_the_others()
    {
        await Task.WhenAll(EndAsync(Begin(1)), EndAsync(Begin(2)), EndAsync(Begin(3)));
        Forget(1);
        File.Delete(Met("1"));

        await EndAsync(Begin(1));

        Known(1).ShouldBe(Known(2));
    }

    [Fact]
    public async Task One_whose_volume_is_lost_after_it_began_neither_begins_again_nor_alone()
    {
        await Task.WhenAll(EndAsync(Begin(1)), EndAsync(Begin(2)), EndAsync(Begin(3)));
        Forget(1);

        using var first = Begin(1);

        (await first.StandardError.ReadLineAsync(new CancellationTokenSource(Patience).Token)).ShouldNotBeNull().ShouldContain("waits for a server of the ensemble that is up");
        Known(1).ShouldBeEmpty();
        first.Kill();
        await first.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task One_that_is_elsewhere_by_then_says_so()
    {
        await Task.WhenAll(EndAsync(Begin(1)), EndAsync(Begin(2)), EndAsync(Begin(3)));
        Forget(2);
        File.Delete(Met("2"));

        await EndAsync(Begin(2, host: "10.0.0.9"));

        Known(2).ShouldBe("1 at 10.0.0.1, 2 at 10.0.0.9, 3 at 10.0.0.3");
        (await File.ReadAllTextAsync(Met("2"), TestContext.Current.CancellationToken)).ShouldContain("10.0.0.9");
    }

    private Process Begin(int number, string? host = null)
    {
        host ??= $"10.0.0.{number}";
        var start = new ProcessStartInfo("/usr/bin/python3", ["-S", Path.Combine(ShippedPackage.Folder("zookeeper"), "keeper.py"), "/usr/bin/true"])
        {
            WorkingDirectory = Directory.CreateDirectory(Path.Combine(folder, $"{number}")).FullName, RedirectStandardError = true,
        };
        start.Environment["SERVER"] = $"{number}";
        start.Environment["LAUNCHED_SERVERS"] = "3";
        start.Environment["OWN_ADDRESS"] = $"{host}:1:2:participant;{host}:3";
        start.Environment["MEETING"] = Path.Combine(folder, "meeting");
        start.Environment["SUPER_PASSWORD"] = "secret";
        return Process.Start(start)!;
    }

    private static async Task EndAsync(Process keeper)
    {
        using (keeper)
        using (var limit = new CancellationTokenSource(Patience))
        {
            var said = await keeper.StandardError.ReadToEndAsync(limit.Token);
            await keeper.WaitForExitAsync(limit.Token);
            keeper.ExitCode.ShouldBe(0, said);
        }
    }

    /// <summary>Its volume, as that of a host that is gone.</summary>
    private void Forget(int number) => Directory.Delete(Path.Combine(folder, $"{number}", "data"), recursive: true);

    private string Met(string name) => Path.Combine(folder, "meeting", name);

    private string Known(int number) => Path.Combine(folder, $"{number}", "data", "zoo.cfg.dynamic") is var file && File.Exists(file)
        ? string.Join(", ", Server().Matches(File.ReadAllText(file)).Select(server => $"{server.Groups[1]} at {server.Groups[2]}"))
        : "";

    [GeneratedRegex(@"^server\.(\d+)=([0-9.]+):", RegexOptions.Multiline)]
    private static partial Regex Server();
}
