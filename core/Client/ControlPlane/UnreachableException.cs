namespace DataPlatform.Core.Client.ControlPlane;

/// <summary>No control plane answered, or what answered is not one. The message says where it was looked for.</summary>
public sealed class UnreachableException : Exception
{
    public UnreachableException(string message) : base(message) { }

    public UnreachableException(string message, Exception cause) : base(message, cause) { }
}
