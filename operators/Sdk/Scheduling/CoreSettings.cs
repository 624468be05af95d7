namespace DataPlatform.Operators.Sdk.Scheduling;

/// <param name="NewId">Makes task ids unique; seeded in tests.</param>
/// <param name="NewKey">The key from which a new cluster's secrets are derived.</param>
public sealed record CoreSettings(string LakePath, Func<Guid> NewId, Func<byte[]> NewKey)
{
    /// <summary>As whom tasks run; empty: as the framework's user. The master keeps the user that a framework has first had, so each task names it.</summary>
    public string User { get; init; } = "";

    /// <summary>Whose reservations its own are; null without credentials.</summary>
    public string? Principal { get; init; }

    /// <summary>For whose placement a new cluster waits until it is told that its turn has come; null when it never waits.</summary>
    public string? FirstTurn { get; init; }

    /// <summary>Under which tasks reach the control plane; empty where there is none.</summary>
    public Func<string> PlatformUrl { get; init; } = static () => "";

    /// <summary>A task whose host has been out of reach for so long is given up and started elsewhere.</summary>
    public TimeSpan UnreachableWithin { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>From 0 to 1, drawn: schedulers that began together do not ask the master all at once ever after.</summary>
    public Func<double> Spread { get; init; } = static () => 0;
}
