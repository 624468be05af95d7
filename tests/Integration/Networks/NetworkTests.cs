using System.Diagnostics;
using System.Net.Sockets;
using DataPlatform.Integration.Tests.Platform;

namespace DataPlatform.Integration.Tests.Networks;

/// <summary>The tests' network does what the tests that use it believe.</summary>
public sealed class NetworkTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    public NetworkTests()
    {
        var reason = Network.WhyNot();
        Assert.SkipWhen(reason is not null, reason ?? "");
    }

    [Theory]
    [InlineData(Cut.BothWays, false, false)]
    [InlineData(Cut.Sending, false, true)]
    [InlineData(Cut.Receiving, true, false)]
    public async Task What_is_cut_is_lost_in_that_direction_and_no_other_until_it_is_healed(Cut cut, bool thereArrives, bool backArrives)
    {
        using var network = new Network();
        var (a, b, other) = (network.AddHost("a", 1), network.AddHost("b", 2), network.AddHost("other", 3));
        using var one = a.OpenDatagrams();
        using var two = b.OpenDatagrams();
        using var third = other.OpenDatagrams();
        (await ArrivesAsync(one, two), await ArrivesAsync(two, one)).ShouldBe((true, true));

        network.Cut(a, cut, b);

        (await ArrivesAsync(one, two), await ArrivesAsync(two, one)).ShouldBe((thereArrives, backArrives));
        (await ArrivesAsync(one, third), await ArrivesAsync(third, two)).ShouldBe((true, true));
        network.Heal();
        (await ArrivesAsync(one, two), await ArrivesAsync(two, one)).ShouldBe((true, true));
    }

    [Fact]
    public async Task Namespaces_of_a_test_that_was_killed_go_with_what_runs_in_them_and_no_others()
    {
        using var ended = Process.Start("/bin/true");
        await ended.WaitForExitAsync(TestContext.Current.CancellationToken);
        var abandoned = NamespaceName.For(ended.Id, 1, "host");
        using var own = new Network();
        var host = own.AddHost("own", 1);
        Ip.Run("netns", "add", abandoned);
        using var left = Process.Start("nsenter", [$"--net={Path.Combine(NamespaceName.Folder, abandoned)}", "sleep", "1000"]);
        try
        {
            await Eventually.HoldsAsync(() => Ip.Read("netns", "pids", abandoned).Length > 0, "the program to run there");

            NamespaceName.RemoveAbandoned();

            await Eventually.HoldsAsync(() => left.HasExited, "the program to end");
            Directory.EnumerateFileSystemEntries(NamespaceName.Folder).ShouldNotContain(Path.Combine(NamespaceName.Folder, abandoned));
            Directory.EnumerateFileSystemEntries(NamespaceName.Folder).ShouldContain(host.Path);
        }
        finally
        {
            left.Kill();
            if (File.Exists(Path.Combine(NamespaceName.Folder, abandoned)))
                Ip.Run("netns", "del", abandoned);
        }
    }

    private static async Task<bool> ArrivesAsync(Socket from, Socket to)
    {
        var buffer = new byte[1];
        await from.SendToAsync(buffer, to.LocalEndPoint!);
        using var patience = new CancellationTokenSource(Short);
        try
        {
            return await to.ReceiveAsync(buffer, patience.Token) == 1;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
