namespace DataPlatform.Core.Allocation;

/// <summary>
/// A few items within their owner. Each of thousands of agents has such lists, and a round reaches for all of them: every object less on
/// the way to what they hold is a wait for the memory less.
/// </summary>
internal struct ShortList<T>()
{
    private T[] _items = [];

    public int Count { get; private set; }

    public readonly Span<T> Items => _items.AsSpan(0, Count);

    public void Add(T item)
    {
        if (Count == _items.Length)
            Array.Resize(ref _items, Math.Max(1, Count * 2));
        _items[Count++] = item;
    }

    public void RemoveAt(int place)
    {
        Count--;
        Array.Copy(_items, place + 1, _items, place, Count - place);
        _items[Count] = default!;
    }

    public void RemoveAll(Predicate<T> predicate)
    {
        var kept = 0;
        for (var place = 0; place < Count; place++)
        {
            if (!predicate(_items[place]))
                _items[kept++] = _items[place];
        }

        Array.Clear(_items, kept, Count - kept);
        Count = kept;
    }
}
