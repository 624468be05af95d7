namespace DataPlatform.Simulation.Tests;

public class ShrinkingTests
{
    [Fact]
    public void Keeps_only_the_faults_that_it_takes()
    {
        var faults = Enumerable.Range(0, 40).ToList();

        var superfluous = Shrinking.Superfluous(without => !without.Contains(7) && !without.Contains(31), faults);

        faults.Except(superfluous).ShouldBe([7, 31]);
    }

    [Fact]
    public void Tries_no_more_often_than_it_may()
    {
        var tried = 0;

        Shrinking.Superfluous(_ => ++tried < 0, [.. Enumerable.Range(0, 1000)], mostRuns: 20);

        tried.ShouldBeLessThanOrEqualTo(20);
    }
}
