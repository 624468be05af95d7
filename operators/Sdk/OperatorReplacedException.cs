namespace DataPlatform.Operators.Sdk;

/// <summary>Another scheduler holds the operator's framework, or the master refuses the operator: going on would only fight.</summary>
public sealed class OperatorReplacedException : Exception
{
    public OperatorReplacedException() { }

    public OperatorReplacedException(string message) : base(message) { }

    public OperatorReplacedException(string message, Exception innerException) : base(message, innerException) { }
}
