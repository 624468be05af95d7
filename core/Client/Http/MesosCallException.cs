using System.Net;

namespace DataPlatform.Core.Client.Http;

/// <summary>A master or an agent answered a call with a refusal; <see cref="Exception.Message"/> carries its sentence.</summary>
public sealed class MesosCallException : Exception
{
    public MesosCallException(HttpStatusCode status, string message) : base(message) => Status = status;

    public MesosCallException() { }

    public MesosCallException(string message) : base(message) { }

    public MesosCallException(string message, Exception innerException) : base(message, innerException) { }

    public HttpStatusCode Status { get; }
}
