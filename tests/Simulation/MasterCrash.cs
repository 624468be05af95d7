namespace DataPlatform.Simulation.Tests;

/// <summary>Where in a turn a master may end.</summary>
internal enum MasterCrash
{
    BeforeTurn,

    /// <summary>Nobody was told.</summary>
    AfterWriting,

    /// <summary>Some were told, nobody was answered.</summary>
    HalfTold,
}
