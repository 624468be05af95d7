namespace DataPlatform.Core.Journal;

public enum JournalFault
{
    /// <summary>Another owner has it open.</summary>
    InUse,

    /// <summary>What is there is no journal, or not all of what was written.</summary>
    Damaged,

    /// <summary>It cannot be read or written: permissions, a full disk.</summary>
    Unavailable,

    /// <summary>A newer version of this program wrote it.</summary>
    Newer,

    /// <summary>Another owner has taken it over; nothing more can be written by this one.</summary>
    Deposed,

    Closed,
}

/// <summary>The message names the file and says what to do.</summary>
public sealed class JournalException : Exception
{
    public JournalException(JournalFault fault, string message, Exception? inner = null) : base(message, inner) => Fault = fault;

    public JournalException() { }

    public JournalException(string message) : base(message) { }

    public JournalException(string message, Exception inner) : base(message, inner) { }

    public JournalFault Fault { get; }
}
