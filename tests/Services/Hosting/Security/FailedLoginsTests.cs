using System.Net;
using DataPlatform.Services.Hosting.Security;
using Microsoft.Extensions.Time.Testing;

namespace DataPlatform.Services.Tests.Hosting.Security;

public class FailedLoginsTests
{
    private static readonly IPAddress Here = IPAddress.Parse("10.0.0.1");
    private static readonly IPAddress There = IPAddress.Parse("10.0.0.2");

    private readonly FakeTimeProvider time = new();
    private readonly FailedLogins failures;

    public FailedLoginsTests() => failures = new FailedLogins(time);

    [Fact]
    public void Ten_wrong_secrets_at_once_and_then_one_every_two_seconds()
    {
        Guess(Here, "alice", 1000).ShouldBe(10);

        failures.WhyNot(Here, "alice").ShouldBe(TimeSpan.FromSeconds(2));
        time.Advance(TimeSpan.FromSeconds(2));
        Guess(Here, "alice", 1000).ShouldBe(1);
    }

    [Fact]
    public void Guesses_with_many_names_are_bounded_by_their_address() =>
        Enumerable.Range(0, 1000).Sum(number => Guess(Here, $"name{number}", 1)).ShouldBe(50);

    [Fact]
    public void Guesses_from_many_addresses_are_bounded_by_the_principal() =>
        Enumerable.Range(0, 1000).Sum(number => Guess(new IPAddress([10, 1, (byte)(number / 250), (byte)(number % 250)]), "alice", 1)).ShouldBe(100);

    [Fact]
    public void Who_gave_the_right_secret_lately_is_held_up_by_no_one_else()
    {
        failures.Right(Here, "alice");
        for (var number = 0; number < 100; number++)
            Guess(Here, $"name{number}", 1);
        for (var number = 0; number < 200; number++)
            Guess(new IPAddress([10, 1, 0, (byte)number]), "alice", 1);

        failures.WhyNot(Here, "alice").ShouldBeNull();
        failures.WhyNot(There, "alice").ShouldNotBeNull();
        failures.WhyNot(Here, "bob").ShouldNotBeNull();
    }

    [Fact]
    public void Trust_ends()
    {
        failures.Right(Here, "alice");
        time.Advance(TimeSpan.FromHours(1));
        for (var number = 0; number < 100; number++)
            Guess(Here, $"name{number}", 1);

        failures.WhyNot(Here, "alice").ShouldNotBeNull();
    }

    [Fact]
    public void One_IPv6_network_is_one_address()
    {
        for (var number = 1; number <= 50; number++)
            Guess(IPAddress.Parse($"fd00:0:0:1::{number:x}"), $"name{number}", 1);

        failures.WhyNot(IPAddress.Parse("fd00:0:0:1::ffff"), "alice").ShouldNotBeNull();
        failures.WhyNot(IPAddress.Parse("fd00:0:0:2::1"), "alice").ShouldBeNull();
    }

    [Fact]
    public void Memory_is_bounded_and_what_does_not_fit_is_bounded_together()
    {
        var buckets = new Buckets<int>(new BucketSize(2, TimeSpan.FromSeconds(1)), most: 3, time);
        foreach (var key in Enumerable.Range(0, 100))
            buckets.Take(key, time.GetTimestamp());

        buckets.Count.ShouldBe(3);
        buckets.Wait(1000, time.GetTimestamp()).ShouldBe(TimeSpan.FromSeconds(1));
        time.Advance(TimeSpan.FromSeconds(2));
        buckets.Take(1000, time.GetTimestamp());
        buckets.Count.ShouldBe(1);
    }

    [Fact]
    public void Counts_what_is_to_be_told()
    {
        Guess(Here, "alice", 1000);

        failures.TakeCounts().ShouldBe(new FailureCounts(10, 990, Here, "alice"));
        failures.TakeCounts().ShouldBe(FailureCounts.None);
    }

    /// <summary>How many of the guesses were looked at.</summary>
    private int Guess(IPAddress address, string principal, int times)
    {
        var heard = 0;
        for (var guess = 0; guess < times; guess++)
        {
            if (failures.WhyNot(address, principal) is not null)
                continue;
            failures.Wrong(address, principal);
            heard++;
        }

        return heard;
    }
}
