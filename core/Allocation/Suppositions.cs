namespace DataPlatform.Core.Allocation;

/// <summary>Several things supposed one after another, which end in the reverse order.</summary>
public sealed class Suppositions : IDisposable
{
    private readonly Stack<IDisposable> supposed = new();

    public int Count => supposed.Count;

    public void Add(IDisposable supposition) => supposed.Push(supposition);

    public void Dispose()
    {
        while (supposed.TryPop(out var last))
            last.Dispose();
    }
}
