using System.Net;
using System.Net.Sockets;
using System.Text;
using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;
using static DataPlatform.Core.Protocol.Mesos.ActivityInfo.Types;

namespace DataPlatform.Services.Agent.Checking;

/// <summary>Looks once at what a task does. Whatever goes wrong is a part of what was seen.</summary>
internal sealed class ActivityProbe(TaskCommands commands, DescriptorWatch descriptors, TaskConnections connections, TimeProvider time)
{
    private const int ReadAtATime = 16 * 1024;

    public async Task<ActivityReport> LookAsync(ActivityInfo activity, CheckedTask task, TimeSpan timeout, CancellationToken stop)
    {
        var report = new ActivityReport();
        foreach (var look in activity.Looks)
        {
            var (answer, whyNot) = await AskAsync(look, task, timeout, stop);
            var values = answer is null ? [.. look.Signs.Select(_ => ((string?)null, whyNot))] : ActivityLooks.Find(look, answer);
            report.Seen.Add(look.Signs.Zip(values, Seen));
        }

        report.LookedAt = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;
        return report;
    }

    private static ActivityReport.Types.Seen Seen(Sign sign, (string? Value, string? WhyNot) found)
    {
        var seen = new ActivityReport.Types.Seen { Sign = sign };
        if (found.WhyNot is not null)
            seen.WhyNot = found.WhyNot;
        else if (found.Value is not null)
            seen.Value = found.Value;
        return seen;
    }

    private async Task<(string? Answer, string? WhyNot)> AskAsync(Look look, CheckedTask task, TimeSpan timeout, CancellationToken stop)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(stop);
        bound.CancelAfter(timeout);
        try
        {
            return look switch
            {
                { Http: { } http } => await GetAsync(http, task, bound.Token),
                { Tcp: { } tcp } => await SayAsync(tcp, task, bound.Token),
                _ => await RunAsync(look.Command, task, bound.Token),
            };
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return (null, $"it does not answer within {timeout.TotalSeconds:0.###} s");
        }
        catch (Exception problem) when (problem is IOException or HttpRequestException or SocketException or UriFormatException)
        {
            return (null, $"it does not answer: {problem.Message}");
        }
    }

    private async Task<(string?, string?)> GetAsync(Http look, CheckedTask task, CancellationToken bound)
    {
        using var request = TaskConnections.Get($"http://127.0.0.1:{look.Port}", look.Path);
        foreach (var header in look.Headers)
            request.Headers.TryAddWithoutValidation(header.Name, header.Value.Value.Data.ToStringUtf8());
        using var response = await connections.SendAsync(request, task, bound);
        if (!response.IsSuccessStatusCode)
            return (null, $"its page answers {(int)response.StatusCode}");
        await using var body = await response.Content.ReadAsStreamAsync(bound);
        return await TextAsync(body, bound);
    }

    private async Task<(string?, string?)> SayAsync(Tcp look, CheckedTask task, CancellationToken bound)
    {
        await using var stream = new NetworkStream(await connections.ConnectAsync(task, IPAddress.Loopback, (int)look.Port, bound), ownsSocket: true);
        await stream.WriteAsync(look.Say.Value.Data.Memory, bound);
        return await TextAsync(stream, bound);
    }

    private async Task<(string?, string?)> RunAsync(CommandInfo command, CheckedTask task, CancellationToken bound)
    {
        using var pipe = Pipe.FromProgram();
        using var own = pipe.Own;
        (string?, string?) answer = default;
        var status = await commands.RunAsync(command, task, new StandardEnds(null, pipe.Program, null, null), async () =>
        {
            pipe.Dispose();
            answer = await TextAsync(own, bound);
        }, bound);
        return status == 0 ? answer : (null, $"its command ends with status {status}");
    }

    private async Task<(string?, string?)> TextAsync(Microsoft.Win32.SafeHandles.SafeFileHandle from, CancellationToken bound)
    {
        using var text = new MemoryStream();
        var buffer = new byte[ReadAtATime];
        while (true)
        {
            var count = DescriptorWatch.Read(from, buffer);
            if (count < 0)
                await descriptors.WhenReadable(from, bound);
            else if (count == 0)
                return Text(text);
            else if (text.Length <= ActivityLooks.MostBytes)
                text.Write(buffer, 0, count);
            bound.ThrowIfCancellationRequested();
        }
    }

    private static async Task<(string?, string?)> TextAsync(Stream from, CancellationToken bound)
    {
        using var text = new MemoryStream();
        var buffer = new byte[ReadAtATime];
        while (text.Length <= ActivityLooks.MostBytes && await from.ReadAsync(buffer, bound) is > 0 and var count)
            text.Write(buffer, 0, count);
        return Text(text);
    }

    private static (string?, string?) Text(MemoryStream text) => text.Length > ActivityLooks.MostBytes
        ? (null, $"its answer is longer than {ActivityLooks.MostBytes} bytes")
        : (Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length), null);
}
