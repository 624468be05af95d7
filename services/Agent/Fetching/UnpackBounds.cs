namespace DataPlatform.Services.Agent.Fetching;

/// <summary>How far one archive may go; its members are counted here.</summary>
/// <param name="archive">As messages name it.</param>
/// <param name="packedBytes">The size of the archive itself.</param>
internal sealed class UnpackBounds(string archive, long maximumBytes, int mostMembers, long packedBytes)
{
    // What people pack stays far below; gzip's own limit is 1,032 times.
    private const int LargestRatio = 200;
    private const long RatioCountsFrom = 100L << 20;
    private int headers;
    private int members;

    public long Bytes { get; private set; }

    public int MostMembers => mostMembers;

    public FetchException Refuse(string reason) => new($"{archive} is refused: {reason}");

    public FetchException Refuse(string member, string reason) =>
        Refuse($"its member '{(member.Length > 200 ? member[..200] + "..." : member)}' {reason}");

    public void CountMember()
    {
        if (++members > mostMembers)
            throw Refuse($"it has more than {mostMembers} members");
    }

    /// <summary>A member may have a few headers before it that only describe it.</summary>
    public void CountHeader()
    {
        if (++headers > mostMembers * 4L)
            throw Refuse($"it has more than {mostMembers} members");
    }

    public void CountBytes(int count)
    {
        Bytes += count;
        if (Bytes > maximumBytes)
            throw Refuse($"unpacked it is larger than the {maximumBytes} bytes allowed ({FetchLimits.UnpackedSetting})");
        if (Bytes > RatioCountsFrom && Bytes / LargestRatio > packedBytes)
            throw Refuse($"unpacked it is more than {LargestRatio} times as large as its {packedBytes} bytes");
    }
}
