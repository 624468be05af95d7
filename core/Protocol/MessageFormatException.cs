namespace DataPlatform.Core.Protocol;

/// <summary>A body that is not the message it should be. The text names the field's path and what is allowed there.</summary>
public sealed class MessageFormatException : Exception
{
    public MessageFormatException(string message) : base(message) { }

    public MessageFormatException() { }

    public MessageFormatException(string message, Exception innerException) : base(message, innerException) { }
}
