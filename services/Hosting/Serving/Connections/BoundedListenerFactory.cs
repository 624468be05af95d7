using System.Net;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace DataPlatform.Services.Hosting.Serving.Connections;

/// <summary>
/// Sockets as the server has them, but what would be one connection too many is answered and closed before the next is accepted:
/// a middleware would come too late for a thousand at once.
/// </summary>
internal sealed class BoundedListenerFactory(SocketTransportFactory sockets, VisitorBook book) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => sockets.CanBind(endpoint);

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new Listener(await sockets.BindAsync(endpoint, cancellationToken), book);

    private sealed class Listener(IConnectionListener inner, VisitorBook book) : IConnectionListener
    {
        /// <summary>So many are told why at a time; the rest is closed without a word.</summary>
        private const int MostAnswers = 16;

        private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(1);

        private readonly byte[] answer = Encoding.ASCII.GetBytes(Text(book.Limits.Most));
        private int answering;

        public EndPoint EndPoint => inner.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (await inner.AcceptAsync(cancellationToken) is { } connection)
            {
                var address = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
                if (book.Enter(address, () => connection.Abort(new ConnectionAbortedException("made room for others"))) is { } visitor)
                {
                    connection.Features.Set(visitor);
                    return connection;
                }

                if (Interlocked.Increment(ref answering) <= MostAnswers)
                {
                    _ = AnswerAsync(connection);
                    continue;
                }

                Interlocked.Decrement(ref answering);
                connection.Abort(new ConnectionAbortedException("too many connections"));
                await connection.DisposeAsync();
            }

            return null;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => inner.UnbindAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();

        private async Task AnswerAsync(ConnectionContext connection)
        {
            try
            {
                await connection.Transport.Output.WriteAsync(answer);
                await connection.Transport.Output.CompleteAsync();
                using var limit = new CancellationTokenSource(AnswerTime);
                // Closing with a request unread would take the answer away again.
                await connection.Transport.Input.ReadAsync(limit.Token);
            }
            catch (Exception problem) when (problem is IOException or OperationCanceledException or InvalidOperationException)
            {
                // Gone, or never said anything.
            }
            finally
            {
                connection.Abort(new ConnectionAbortedException("too many connections"));
                await connection.DisposeAsync();
                Interlocked.Decrement(ref answering);
            }
        }

        private static string Text(int most)
        {
            var body = $"More than {most} connections are open, which is all that this service holds; try again later\n";
            return $"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n{body}";
        }
    }
}
