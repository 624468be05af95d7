using System.Net.WebSockets;
using System.Security.Claims;
using System.Text.Json;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Rest.Description;
using DataPlatform.Services.ControlPlane.Rest;
using DataPlatform.Services.ControlPlane.Storage;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace DataPlatform.Services.ControlPlane.Exec;

/// <summary>Runs a command beside a task of a cluster, over a WebSocket.</summary>
public static class ExecRoute
{
    private const int MostWords = 1000;
    private const int LargestWindow = 10_000;
    private const int LongestTerminalType = 100;
    private static readonly TimeSpan FirstMessagePatience = TimeSpan.FromSeconds(10);
    internal static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(30);

    /// <summary>Who reads with a pager does not answer while looking at a page.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    public static void Map(RouteGroupBuilder clusters) => clusters.MapGet("/{name}/tasks/{task}/exec", Exec)
        .WithSummary("Runs a command beside a task: a WebSocket, whose first message says what").Produces(101).Refuses(404, 426);

    public static bool IsWindow(ExecWindow window) => window is { Rows: >= 0 and <= LargestWindow, Columns: >= 0 and <= LargestWindow };

    private static async Task<IResult> Exec(
        string name, string task, HttpContext context, ClaimsPrincipal user, RunningTasks tasks, TaskExec exec, ExecSeats seats, AuditLog audit, Database database)
    {
        var named = tasks.Find(name, task);
        if (named is RunningTask.Unknown unknown) return Refusals.Result(unknown.Problem);
        if (!context.WebSockets.IsWebSocketRequest) return Refusals.Result(new Problem("A WebSocket is expected", 426, "'dp exec' opens one.", null));
        var actor = ApiRoutes.Actor(user);
        using var seat = seats.Take(actor);
        if (seat is null)
            return Refusals.Result(new Problem("Too many commands run", 429, $"At most {ExecSeats.MostOfOnePerson} for one person and {ExecSeats.Most} in all.", null));
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate) rate.MinDataRate = null;
        using var person = new ExecSocket(await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { KeepAliveInterval = KeepAlive, KeepAliveTimeout = LongestPause }));
        Problem? Audited(string program)
        {
            try
            {
                audit.Add(actor, "exec", $"{name}/{task}", program);
                return null;
            }
            catch (Exception error) when (DatabaseRefusal.Of(error, database) is { } problem)
            {
                return problem;
            }
        }

        try
        {
            await RunAsync(person, (RunningTask.Found)named, exec, Audited, context.RequestAborted);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            // Nobody is there to be told.
        }

        return Results.Empty;
    }

    private static async Task RunAsync(ExecSocket person, RunningTask.Found task, TaskExec exec, Func<string, Problem?> audited, CancellationToken cancellation)
    {
        var (request, problem) = await ReadAsync(person, cancellation);
        // The program alone: its arguments may hold what nobody is to read.
        problem ??= audited(request!.Command[0]);
        if (problem is null)
        {
            switch (await exec.Start(task.Task, task.FrameworkId, request!, cancellation))
            {
                case ExecStart.Started started:
                    await using (started.Session)
                        await new ExecBridge(person, started.Session).RunAsync(cancellation);
                    return;
                case ExecStart.Refused refused:
                    problem = refused.Problem;
                    break;
                case var other:
                    throw new InvalidOperationException(other.ToString());
            }
        }

        await person.SendAsync(new ExecEnd(null, problem), ControlPlaneJson.Default.ExecEnd, cancellation);
        using var limit = new CancellationTokenSource(ClosePatience);
        await person.CloseAsync(limit.Token);
        await person.DrainAsync(limit.Token);
    }

    /// <summary>The first message, or why it is refused; exactly one of the two is set.</summary>
    private static async Task<(ExecRequest? Request, Problem? Problem)> ReadAsync(ExecSocket person, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(FirstMessagePatience);
        if (await person.ReadAsync(limit.Token) is not { IsText: true } message) return (null, Invalid("", "the first message must be text", "JSON with 'command'"));
        ExecRequest? request;
        try
        {
            request = JsonSerializer.Deserialize<ExecRequest>(message.Content.Span, Refusals.StrictJson);
        }
        catch (JsonException error)
        {
            var (field, why) = JsonFault.Of(error, typeof(ExecRequest));
            return (null, Invalid(field, why, "JSON with 'command'"));
        }

        var problem = request switch
        {
            null or { Command: null or { Count: 0 or > MostWords } } => Invalid("command", "missing, empty or too long", $"1 to {MostWords} words"),
            { Command: var words } when words.Any(word => word is null || word.Contains('\0', StringComparison.Ordinal)) || words[0].Length == 0 => Invalid("command", "no program can be given these words", "words without NUL, the first not empty"),
            { Terminal: { } window } when !IsWindow(window) => Invalid("terminal", "out of range", $"0 to {LargestWindow} rows and columns"),
            { TerminalType: { } type } when type.Length > LongestTerminalType || !type.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '+' or '.' or '_') => Invalid("terminal_type", "not one of terminals", "a name such as xterm-256color"),
            _ => null,
        };
        return (problem is null ? request : null, problem);
    }

    private static Problem Invalid(string field, string message, string allowed) => new("The request is not valid", 400, null, [new FieldProblem(field, message, allowed)]);
}
