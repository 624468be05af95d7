using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;

namespace DataPlatform.Services.Agent.Checking;

/// <summary>A task that is looked at.</summary>
internal sealed record CheckedTask(string ContainerId, ProcessIdentity Supervisor, TaskContext Context);

/// <summary>Looks at a task once.</summary>
internal sealed class CheckProbe(TaskCommands commands, TaskConnections connections)
{
    public async Task<CheckResult> LookAsync(CheckPlan plan, CheckedTask task, TimeSpan timeout, CancellationToken stop)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(stop);
        bound.CancelAfter(timeout);
        try
        {
            return plan switch
            {
                CheckPlan.Command command => new CheckResult.Exit(await commands.RunAsync(command.Info, task, null, () => Task.CompletedTask, bound.Token)),
                CheckPlan.Http get => await GetAsync(get, task, bound.Token),
                CheckPlan.Tcp tcp => await ConnectAsync(tcp, task, bound.Token),
                _ => throw new InvalidOperationException($"Unhandled check {plan}"),
            };
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new CheckResult.NoAnswer($"it took longer than {timeout.TotalSeconds:0.###} seconds");
        }
        catch (Exception problem) when (problem is IOException or HttpRequestException or UriFormatException or RegexMatchTimeoutException)
        {
            return new CheckResult.NoAnswer(problem.Message);
        }
    }

    private async Task<CheckResult> GetAsync(CheckPlan.Http check, CheckedTask task, CancellationToken bound)
    {
        var host = check.Address.Contains(':', StringComparison.Ordinal) ? $"[{check.Address}]" : check.Address;
        using var request = TaskConnections.Get($"{check.Scheme}://{host}:{check.Port}", check.Path);
        using var response = await connections.SendAsync(request, task, bound);
        return new CheckResult.HttpStatus((int)response.StatusCode, check.Expect?.IsMatch(await BeginningAsync(response, bound)));
    }

    private static async Task<string> BeginningAsync(HttpResponseMessage response, CancellationToken bound)
    {
        var bytes = new byte[BodyExpectation.BodyBytes];
        await using var body = await response.Content.ReadAsStreamAsync(bound);
        return Encoding.UTF8.GetString(bytes, 0, await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, bound));
    }

    private async Task<CheckResult> ConnectAsync(CheckPlan.Tcp check, CheckedTask task, CancellationToken bound)
    {
        try
        {
            using var socket = await connections.ConnectAsync(task, IPAddress.Parse(check.Address), check.Port, bound);
            return new CheckResult.Connected(true, "");
        }
        catch (SocketException problem)
        {
            return new CheckResult.Connected(false, problem.Message);
        }
    }
}
