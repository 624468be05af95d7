namespace DataPlatform.Core.Protocol;

/// <summary>A RecordIO stream whose bytes are not records: a bad length, a record over the limit, or an end in the middle of one.</summary>
public sealed class RecordFormatException : Exception
{
    public RecordFormatException(string message) : base(message) { }

    public RecordFormatException() { }

    public RecordFormatException(string message, Exception innerException) : base(message, innerException) { }
}
