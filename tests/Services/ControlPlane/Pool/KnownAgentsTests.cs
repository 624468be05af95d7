using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Pool;
using Microsoft.Extensions.Time.Testing;

namespace DataPlatform.Services.Tests.ControlPlane.Pool;

public sealed class KnownAgentsTests : IDisposable
{
    private readonly FakeTimeProvider time = new();
    private readonly KnownAgents known;
    private (IReadOnlyList<HostView> Hosts, string? Away) master = ([], "it is away");
    private int asked;

    public KnownAgentsTests() => known = new KnownAgents(_ =>
    {
        asked++;
        return Task.FromResult(master);
    }, time);

    public void Dispose() => known.Dispose();

    [Fact]
    public async Task Ask_the_master_once_in_a_while()
    {
        master = ([], null);
        await ReadAsync();
        await ReadAsync();
        asked.ShouldBe(1);
        time.Advance(TimeSpan.FromSeconds(6));
        await ReadAsync();
        asked.ShouldBe(2);
    }

    [Fact]
    public async Task Say_why_they_are_not_known_and_go_on_with_what_they_knew()
    {
        (await ReadAsync()).ShouldBe((null, "it is away"));
        time.Advance(TimeSpan.FromSeconds(6));
        master = ([], null);
        var (hosts, _) = await ReadAsync();
        hosts.ShouldNotBeNull();
        time.Advance(TimeSpan.FromSeconds(6));
        master = ([], "it is away again");
        (await ReadAsync()).ShouldBe((hosts, "it is away again"));
    }

    private Task<(IReadOnlyList<HostView>? Hosts, string Away)> ReadAsync() => known.ReadAsync(TestContext.Current.CancellationToken);
}
