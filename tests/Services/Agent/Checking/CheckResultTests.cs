using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Checking;

namespace DataPlatform.Services.Tests.Agent.Checking;

public sealed class CheckResultTests
{
    [Theory]
    [InlineData(199, false)]
    [InlineData(200, true)]
    [InlineData(302, true)]
    [InlineData(400, false)]
    public void HTTP_is_healthy_from_200_to_399(int code, bool healthy) =>
        new CheckResult.HttpStatus(code).AsHealth([]).Passed.ShouldBe(healthy);

    [Fact]
    public void Statuses_that_are_given_are_the_only_ones_that_count()
    {
        new CheckResult.HttpStatus(418).AsHealth([418]).Passed.ShouldBeTrue();
        new CheckResult.HttpStatus(200).AsHealth([418]).Passed.ShouldBeFalse();
    }

    [Fact]
    public void A_check_without_an_answer_leaves_its_field_empty()
    {
        var status = new CheckResult.NoAnswer("too late").AsStatus(CheckInfo.Types.Type.Command);

        status.Command.ShouldNotBeNull().HasExitCode.ShouldBeFalse();
    }

    /// <summary>A page of measurements costs a virtual machine that starts as much as its start.</summary>
    [Theory]
    [InlineData(1, false, 50)]
    [InlineData(40, false, 200)]
    [InlineData(3000, false, 5000)]
    [InlineData(40, true, 5000)]
    public void A_look_that_takes_long_is_not_made_often_while_a_task_starts(int took, bool hasSucceeded, int pause) =>
        CheckTiming.Of(0, 5, 5, 0.05).PauseAfter(TimeSpan.FromMilliseconds(took), hasSucceeded).ShouldBe(TimeSpan.FromMilliseconds(pause));

    [Fact]
    public void Without_an_interval_for_the_start_the_usual_one_holds_whatever_a_look_takes() =>
        CheckTiming.Of(0, 2, 5).PauseAfter(TimeSpan.FromSeconds(4), hasSucceeded: false).ShouldBe(TimeSpan.FromSeconds(2));

    [Fact]
    public void A_timeout_of_zero_means_none() =>
        CheckTiming.Of(0, 0, 0).Timeout.ShouldBe(Timeout.InfiniteTimeSpan);
}
