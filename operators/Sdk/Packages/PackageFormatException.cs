namespace DataPlatform.Operators.Sdk.Packages;

/// <summary>A package folder is not as it must be; the message names the file, the line and what is expected.</summary>
public sealed class PackageFormatException : Exception
{
    public PackageFormatException()
    {
    }

    public PackageFormatException(string message)
        : base(message)
    {
    }

    public PackageFormatException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
