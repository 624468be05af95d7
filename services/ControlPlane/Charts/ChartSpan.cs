namespace DataPlatform.Services.ControlPlane.Charts;

/// <summary>Of what time charts are: their points lie on a grid, so that they stay where they are as time goes on.</summary>
/// <param name="To">Of the last point.</param>
public sealed record ChartSpan(int Minutes, DateTimeOffset From, DateTimeOffset To, TimeSpan Step)
{
    public const int Usual = 60;
    private const int Steps = 180;

    /// <summary>Below this a rate would have too few measurements.</summary>
    private static readonly TimeSpan ShortestWindow = TimeSpan.FromMinutes(2);

    public static IReadOnlyList<int> Choices { get; } = [15, Usual, 360, 1440];

    public int Points => Steps + 1;

    /// <summary>Over how long a rate is taken: nothing between two points is left out.</summary>
    public TimeSpan Window => Step > ShortestWindow ? Step : ShortestWindow;

    /// <param name="minutes">One of <see cref="Choices"/>.</param>
    public static ChartSpan Until(DateTimeOffset now, int minutes)
    {
        var step = TimeSpan.FromMinutes(minutes) / Steps;
        var to = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds() / (long)step.TotalSeconds * (long)step.TotalSeconds);
        return new ChartSpan(minutes, to - Steps * step, to, step);
    }

    /// <summary>The first point that is not before <paramref name="moment"/>: what an earlier cluster of the same name did is no matter of this one.</summary>
    public DateTimeOffset FirstSince(DateTimeOffset moment) => moment <= From ? From : From + Math.Ceiling((moment - From) / Step) * Step;
}
