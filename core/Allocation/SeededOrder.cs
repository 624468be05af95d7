namespace DataPlatform.Core.Allocation;

/// <summary>
/// SplitMix64 and Fisher-Yates: written out because the framework's generator may change its sequence between versions,
/// and a seed must give the same order on every one.
/// </summary>
internal struct SeededOrder(ulong seed)
{
    private ulong _state = seed;

    public void Shuffle<T>(T[] items)
    {
        for (var last = items.Length - 1; last > 0; last--)
        {
            var other = (int)(((UInt128)Next() * (ulong)(last + 1)) >> 64);
            (items[last], items[other]) = (items[other], items[last]);
        }
    }

    private ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
