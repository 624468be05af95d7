using System.Numerics;
using System.Runtime.InteropServices;

namespace DataPlatform.Core.Allocation;

/// <summary>A set of clients by their index, as bits: a thousand clients are sixteen words.</summary>
internal class ClientSet
{
    private ulong[] _words = [];

    public ReadOnlySpan<ulong> Words => _words;

    public bool this[int client] =>
        (uint)(client >> 6) < (uint)_words.Length && (_words[client >> 6] & (1UL << client)) != 0;

    public bool IsEmpty => !_words.AsSpan().ContainsAnyExcept(0UL);

    public void Add(int client)
    {
        if (client >> 6 >= _words.Length)
            Array.Resize(ref _words, Math.Max((client >> 6) + 1, _words.Length + (_words.Length / 4)));
        _words[client >> 6] |= 1UL << client;
    }

    public void Remove(int client)
    {
        if (client >> 6 < _words.Length)
            _words[client >> 6] &= ~(1UL << client);
    }

    public void Set(int client, bool isMember)
    {
        if (isMember)
            Add(client);
        else
            Remove(client);
    }

    public void Clear() => Array.Clear(_words);

    public void CopyFrom(ClientSet other)
    {
        if (_words.Length < other._words.Length)
            _words = new ulong[other._words.Length];
        other._words.CopyTo(_words, 0);
        _words.AsSpan(other._words.Length).Clear();
    }

    public void RemoveAll(ClientSet other)
    {
        var count = Math.Min(_words.Length, other._words.Length);
        var mine = _words.AsSpan(0, count);
        var theirs = other._words.AsSpan(0, count);
        var wide = MemoryMarshal.Cast<ulong, Vector<ulong>>(mine);
        var wideTheirs = MemoryMarshal.Cast<ulong, Vector<ulong>>(theirs);
        for (var index = 0; index < wide.Length; index++)
            wide[index] = Vector.AndNot(wide[index], wideTheirs[index]);
        for (var word = wide.Length * Vector<ulong>.Count; word < count; word++)
            mine[word] &= ~theirs[word];
    }

    public void KeepOnly(ClientSet other)
    {
        var count = Math.Min(_words.Length, other._words.Length);
        for (var word = 0; word < count; word++)
            _words[word] &= other._words[word];
        _words.AsSpan(count).Clear();
    }

    /// <summary>Takes out the others but for those who are exempt.</summary>
    public void RemoveAllBut(ClientSet others, ClientSet exempt)
    {
        var count = Math.Min(_words.Length, others._words.Length);
        var both = Math.Min(count, exempt._words.Length);
        var mine = MemoryMarshal.Cast<ulong, Vector<ulong>>(_words.AsSpan(0, both));
        var theirs = MemoryMarshal.Cast<ulong, Vector<ulong>>(others._words.AsSpan(0, both));
        var exempted = MemoryMarshal.Cast<ulong, Vector<ulong>>(exempt._words.AsSpan(0, both));
        for (var index = 0; index < mine.Length; index++)
            mine[index] = Vector.AndNot(mine[index], Vector.AndNot(theirs[index], exempted[index]));
        for (var word = mine.Length * Vector<ulong>.Count; word < count; word++)
            _words[word] &= ~others._words[word] | (word < exempt._words.Length ? exempt._words[word] : 0);
    }

    public void AddAll(ClientSet other)
    {
        if (_words.Length < other._words.Length)
            Array.Resize(ref _words, other._words.Length);
        for (var word = 0; word < other._words.Length; word++)
            _words[word] |= other._words[word];
    }

    public bool Overlaps(ClientSet other)
    {
        var count = Math.Min(_words.Length, other._words.Length);
        for (var word = 0; word < count; word++)
        {
            if ((_words[word] & other._words[word]) != 0)
                return true;
        }

        return false;
    }

    /// <summary>How many members there are, counted no further than to the limit.</summary>
    public int Count(int limit)
    {
        var count = 0;
        foreach (var word in _words)
        {
            count += BitOperations.PopCount(word);
            if (count >= limit)
                return limit;
        }

        return count;
    }
}
