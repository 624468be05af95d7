using System.Text.RegularExpressions;
using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Reads how pods prove what they do.</summary>
internal sealed partial class IdleReader(
    Problems problems, TemplatesReader templates, Scopes scopes, PodPorts ports, TasksReader tasks, IReadOnlyList<PodDeclaration> pods)
{
    private const int MostAbove = 1_000_000;
    private const string Ways = "http: { port, path, headers }, or tcp: { port, say }, or command: { program, arguments, environment }";

    public IReadOnlyList<IdleDeclaration> Idle(Fields package)
    {
        var read = new List<IdleDeclaration>();
        foreach (var fields in package.Maps("idle"))
        {
            var pod = ports.Pod(fields);
            var look = ports.Has(pod) ? Look(fields, pod) : null;
            var signs = fields.Maps("signs").Select(Sign).OfType<ActivitySign>().ToList();
            if (!fields.Has("signs"))
                problems.Add(fields.Node, $"{fields.Of("signs")} is missing", "a list of { of, kind, above, json_path or match }");
            var expect = Expression(fields, "expect");
            foreach (var way in new[] { "http", "tcp", "command" })
                fields.Has(way);
            fields.Done();
            if (look is not null)
                read.Add(new IdleDeclaration(pod, look, expect, signs));
        }

        return read;
    }

    private LookDeclaration? Look(Fields fields, string pod)
    {
        var (scope, shown) = (scopes.Task(pod, []), scopes.Argument(pod, []));
        if (fields.Map("http") is { } http)
        {
            var path = tasks.WebPath(http, "path", shown);
            var look = new LookDeclaration.Http(
                ports.Port(http, pod), path,
                http.Entries("headers", Names.Header(), Names.HeaderAllowed).ToDictionary(each => each.Key, each => templates.Inline(each.At, each.Text, scope)));
            http.Done();
            return look;
        }

        if (fields.Map("tcp") is { } tcp)
        {
            var look = new LookDeclaration.Tcp(ports.Port(tcp, pod), templates.Inline(tcp.At("say"), tcp.Text("say"), scope));
            tcp.Done();
            return look;
        }

        if (fields.Map("command") is { } command)
        {
            var program = command.Text("program", Names.Program(), Names.ProgramAllowed);
            var files = pods.FirstOrDefault(each => each.Type == pod)?.Tasks is [var first, ..] ? first.Files : [];
            var look = new LookDeclaration.Command(program, tasks.Arguments(command, program, shown, files), tasks.Environment(command, scope));
            command.Done();
            return look;
        }

        problems.Add(fields.Node, $"{fields.Of("http")} is missing", Ways);
        return null;
    }

    private ActivitySign? Sign(Fields fields)
    {
        var of = fields.Text("of", Of(), "1 to 40 letters, digits and spaces");
        var kind = fields.Choice("kind", "", "busy", "count", "time") switch
        {
            "busy" => SignKind.Busy,
            "count" => SignKind.Count,
            "time" => SignKind.Time,
            _ => (SignKind?)null,
        };
        if (kind is null && !fields.Has("kind"))
            problems.Add(fields.Node, $"{fields.Of("kind")} is missing", "busy, count, time");
        var above = fields.Whole("above", 0, MostAbove, 0);
        if (fields.Has("above") && kind is not SignKind.Busy)
            problems.Add(fields.At("above"), $"{fields.Of("above")} says something of the kind busy alone");
        var path = fields.Optional("json_path");
        if (path is not null && JsonPath.Parse(path) is null)
            problems.Add(fields.At("json_path"), $"{fields.Of("json_path")} can't be '{Problems.Short(path)}'", JsonPath.Allowed);
        var match = Expression(fields, "match");
        if (fields.Has("json_path") == fields.Has("match"))
            problems.Add(fields.Node, $"{fields.Of("json_path")} or {fields.Of("match")}: one of the two must be there");
        fields.Done();
        return kind is not { } known ? null : new ActivitySign(known, of, path is not null ? new SignPlace.Json(path) : new SignPlace.Match(match ?? "")) { Above = above };
    }

    private string? Expression(Fields fields, string name)
    {
        var expression = fields.Optional(name);
        if (expression is not null && BodyExpectation.WhyNot(expression) is { } why)
            problems.Add(fields.At(name), $"{fields.Of(name)} {why}");
        return expression;
    }

    [GeneratedRegex(@"\A[A-Za-z0-9]([A-Za-z0-9 ]{0,38}[A-Za-z0-9])?\z")]
    private static partial Regex Of();
}
