using System.Net.Sockets;
using DataPlatform.Core.Client.Http;

namespace DataPlatform.Services.Agent.Link;

/// <summary>Why there is no link, in words that anyone may read: nothing that the master said.</summary>
internal static class LinkProblem
{
    public static string Briefly(Exception problem) => problem switch
    {
        HttpRequestException { StatusCode: { } status } => $"the master answered {(int)status}",
        MesosCallException refused => $"the master answered {(int)refused.Status}",
        OperationCanceledException => "the master fell silent",
        { InnerException: SocketException socket } => $"no connection to the master: {socket.SocketErrorCode}",
        HttpRequestException or IOException => "the master closed or refused the link",
        _ => "the master said what is not understood",
    };
}
