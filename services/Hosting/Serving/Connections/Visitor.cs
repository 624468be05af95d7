using System.Net;

namespace DataPlatform.Services.Hosting.Serving.Connections;

/// <summary>One open connection and whether it is known who is behind it. Kept among the connection's features.</summary>
internal sealed class Visitor(VisitorBook book, IPAddress address, Action close)
{
    public IPAddress Address { get; } = address;

    public LinkedListNode<Visitor>? Place { get; set; }

    /// <summary>A timestamp of the book's clock: when the last request ended, or the connection began.</summary>
    public long IdleSince { get; set; }

    public int Requests { get; set; }

    /// <summary>Whether the caller's process is of this process's user; null while nobody has looked.</summary>
    public bool? IsOfOwnUser { get; set; }

    public void Close() => close();

    /// <summary>Somebody with a right to call has called over this connection: it is closed for others no more.</summary>
    public void Welcome() => book.Welcome(this);

    public void Begin() => book.Begin(this);

    public void End() => book.End(this);

    public void Leave() => book.Leave(this);
}
