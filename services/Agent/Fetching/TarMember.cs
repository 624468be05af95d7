namespace DataPlatform.Services.Agent.Fetching;

/// <summary>One member of a tar.</summary>
/// <param name="Type">The letter of its header.</param>
internal sealed record TarMember(string Name, char Type, UnixFileMode Mode, string LinkName, long Size)
{
    public const char File = '0';
    public const char HardLink = '1';
    public const char SymbolicLink = '2';
    public const char Folder = '5';

    public string Kind => Type switch
    {
        '3' => "CharacterDevice",
        '4' => "BlockDevice",
        '6' => "Fifo",
        'S' => "SparseFile",
        _ => $"member of type '{Type}'",
    };
}
