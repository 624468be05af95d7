using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Benchmarks.Launches;

/// <summary>How one kind of a cluster's tasks is asked whether it serves, as its package does it.</summary>
/// <param name="Pod">Of which the tasks' names begin with it.</param>
/// <param name="Port">Its name.</param>
/// <param name="Path">Of a page; null when it is enough that the port takes connections. <c>{host}</c> and <c>{PORT}</c>, a port's name, stand for the task's.</param>
/// <param name="Body">What the page holds then, a regular expression, in which the same stand.</param>
/// <param name="Of">Whose port it is, where another pod's first task knows.</param>
/// <param name="Mark">A file that the task itself leaves in its folder when it serves; null where none does.</param>
internal sealed record Serving(string Pod, string Port, string? Path = null, string Body = "", string? Of = null, string? Mark = null)
{
    public async Task<bool> ServesAsync(TaskView task, IReadOnlyList<TaskView> all, IReadOnlyList<CapturedTask> started, HttpClient http, CancellationToken cancellation)
    {
        if (Mark is not null && started.Count(each => File.Exists(System.IO.Path.Combine(each.Folder, Mark))) < all.Count(each => each.Name.StartsWith(Pod, StringComparison.Ordinal)))
            return false;
        var asked = Of is null ? task : all.First(each => each.Name.StartsWith(Of, StringComparison.Ordinal));
        try
        {
            if (Path is null)
            {
                using var connection = new TcpClient();
                await connection.ConnectAsync(asked.Host!, asked.Ports[Port], cancellation);
                return true;
            }

            // Hadoop names an encoding that .NET does not know by that name.
            var page = Encoding.UTF8.GetString(await http.GetByteArrayAsync(new Uri($"http://{asked.Host}:{asked.Ports[Port]}{Path}"), cancellation));
            return Regex.IsMatch(page, task.Ports.Aggregate(Body.Replace("{host}", Regex.Escape(task.Host!), StringComparison.Ordinal), (body, port) => body.Replace($"{{{port.Key}}}", $"{port.Value}", StringComparison.Ordinal)));
        }
        catch (Exception notYet) when (notYet is SocketException or HttpRequestException)
        {
            return false;
        }
    }
}
