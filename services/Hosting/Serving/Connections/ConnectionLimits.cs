namespace DataPlatform.Services.Hosting.Serving.Connections;

/// <summary>How many connections a service holds open, so that descriptors are left for its journal, its tasks and its own calls.</summary>
/// <param name="Most">Of all connections.</param>
/// <param name="MostStrangers">Of those, over which nobody has shown who he is.</param>
/// <param name="MostStrangersPerAddress">Of those, from one remote address.</param>
public sealed record ConnectionLimits(int Most, int MostStrangers, int MostStrangersPerAddress)
{
    /// <summary>What the runtime itself, the journal and the log hold.</summary>
    private const int Reserve = 128;

    private const int Fewest = 16;

    /// <summary>From so many on strangers are asked to leave, so that there is room before all places are taken.</summary>
    public int Crowded => Most - (Most / 16);

    /// <summary>How long a stranger may keep a connection without a request on it.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <param name="descriptors">So many may be open in this process.</param>
    /// <param name="share">The part, from 0 to 1, of what is left beyond the reserve that may go to connections.</param>
    public static ConnectionLimits From(long descriptors, double share)
    {
        var most = (int)Math.Max(Fewest, Math.Min(int.MaxValue / 2, (descriptors - Reserve) * share));
        var strangers = most / 2;
        return new ConnectionLimits(most, strangers, strangers * 3 / 4);
    }
}
