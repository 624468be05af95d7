using System.Net;
using DataPlatform.Services.Hosting.Serving.Connections;
using Microsoft.Extensions.Time.Testing;

namespace DataPlatform.Services.Tests.Hosting.Serving.Connections;

public class VisitorBookTests
{
    private static readonly IPAddress Here = IPAddress.Parse("10.0.0.1");
    private static readonly IPAddress There = IPAddress.Parse("10.0.0.2");

    private readonly FakeTimeProvider time = new();
    private readonly List<string> closed = [];
    private readonly VisitorBook book;

    public VisitorBookTests() => book = new VisitorBook(new ConnectionLimits(Most: 8, MostStrangers: 4, MostStrangersPerAddress: 3), time);

    [Fact]
    public void A_stranger_too_many_takes_the_place_of_the_one_that_came_first()
    {
        Enter(There, "t1");
        foreach (var name in (string[])["h1", "h2", "h3"])
            Enter(Here, name);

        Enter(IPAddress.Loopback, "l1");

        closed.ShouldBe(["t1"]);
    }

    [Fact]
    public void Strangers_of_one_address_take_no_place_from_those_of_another()
    {
        Enter(There, "t1");
        foreach (var name in (string[])["h1", "h2", "h3", "h4", "h5"])
            Enter(Here, name);

        closed.ShouldBe(["h1", "h2"]);
    }

    [Fact]
    public void Who_has_shown_who_he_is_makes_room_for_nobody()
    {
        Enter(Here, "h1")!.Welcome();
        foreach (var name in (string[])["h2", "h3", "h4", "h5"])
            Enter(Here, name);
        time.Advance(TimeSpan.FromHours(1));
        book.CloseIdle();

        closed.ShouldNotContain("h1");
        closed.ShouldBe(["h2", "h3", "h4", "h5"]);
    }

    [Fact]
    public void Nobody_more_comes_in_when_all_places_are_taken_by_who_is_known()
    {
        var inside = new List<Visitor>();
        for (var number = 1; number <= 8; number++)
        {
            inside.Add(Enter(Here, $"h{number}")!);
            inside[^1].Welcome();
        }

        Enter(There, "t1").ShouldBeNull();
        inside[0].Leave();
        Enter(There, "t2").ShouldNotBeNull();

        book.Open.ShouldBe(8);
        book.TakeCounts().ShouldBe((1, 0));
    }

    [Fact]
    public void Strangers_leave_while_there_is_still_room_for_who_comes_next()
    {
        var crowd = new VisitorBook(new ConnectionLimits(Most: 32, MostStrangers: 16, MostStrangersPerAddress: 12), time);
        for (var number = 0; number < 24; number++)
            crowd.Enter(Here, () => { })!.Welcome();
        for (var number = 1; number <= 7; number++)
            crowd.Enter(There, Closing($"t{number}"));

        closed.ShouldBe(["t1"]);
        crowd.Enter(There, () => { }).ShouldNotBeNull();
    }

    [Fact]
    public void A_stranger_without_a_request_is_closed_after_a_while_and_one_that_waits_for_an_answer_is_not()
    {
        var asking = Enter(Here, "asking")!;
        asking.Begin();
        Enter(Here, "silent");
        time.Advance(TimeSpan.FromSeconds(9));
        book.CloseIdle();
        closed.ShouldBeEmpty();

        time.Advance(TimeSpan.FromSeconds(1));
        book.CloseIdle();
        closed.ShouldBe(["silent"]);

        asking.End();
        time.Advance(TimeSpan.FromSeconds(10));
        book.CloseIdle();
        closed.ShouldBe(["silent", "asking"]);
    }

    [Theory]
    [InlineData(1024, 0.75, 672, 336, 252)]
    [InlineData(20_000, 0.5, 9936, 4968, 3726)]
    [InlineData(64, 0.75, 16, 8, 6)]
    public void Limits_follow_the_descriptors_of_the_process(long descriptors, double share, int most, int strangers, int perAddress) =>
        ConnectionLimits.From(descriptors, share).ShouldBe(new ConnectionLimits(most, strangers, perAddress));

    private Visitor? Enter(IPAddress address, string name) => book.Enter(address, Closing(name));

    private Action Closing(string name) => () => closed.Add(name);
}
