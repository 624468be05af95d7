using DataPlatform.Operators.Sdk;
using DataPlatform.Operators.Sdk.Artifacts;

namespace DataPlatform.Operators.Tests.Sdk.Artifacts;

public sealed class ArtifactChoiceTests
{
    private static readonly ArtifactNeeds Locked = new("trial", "/packages/trial", Jars: false, Python: true);
    private static readonly AlternativeNeeds FromTheHost = new(Locked with { Python = false }, "the host's own stands in");

    [Fact]
    public async Task Takes_what_is_wanted_first_and_says_nothing_of_it()
    {
        var wanted = new ResolvedArtifacts([], new StoredFile("python.tar", "00", "http://store/00"));
        (await ResolveAsync(new ArtifactResolution.Ready(wanted))).ShouldBe(new ArtifactResolution.Ready(wanted));
    }

    [Fact]
    public async Task Takes_the_alternative_where_it_can_not_be_had_and_says_so_with_the_reason()
    {
        var ready = (await ResolveAsync(new ArtifactResolution.Unavailable("no index"))).ShouldBeOfType<ArtifactResolution.Ready>();
        (ready.Artifacts, ready.StandIn).ShouldBe((ResolvedArtifacts.None, "the host's own stands in. no index"));
    }

    [Fact]
    public async Task Lets_nothing_stand_in_for_what_is_not_what_was_locked() =>
        (await ResolveAsync(new ArtifactResolution.Mismatched("tampered"))).ShouldBe(new ArtifactResolution.Mismatched("tampered"));

    [Fact]
    public async Task Refuses_what_can_not_be_had_and_has_no_alternative() =>
        (await ArtifactChoice.ResolveAsync(new FixedArtifacts(new ArtifactResolution.Unavailable("no index")), Locked, null, null, CancellationToken.None)).ShouldBe(new ArtifactResolution.Unavailable("no index"));

    private static Task<ArtifactResolution> ResolveAsync(ArtifactResolution answer) =>
        ArtifactChoice.ResolveAsync(new FixedArtifacts(answer), Locked, FromTheHost, null, CancellationToken.None);
}
