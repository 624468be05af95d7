using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Reads how a pod's instances are asked something, and where in the answer a value stands.</summary>
internal sealed class LooksReader(
    Problems problems, TemplatesReader templates, Scopes scopes, PodPorts ports, TasksReader tasks, IReadOnlyList<PodDeclaration> pods)
{
    private const string Ways = "http: { port, path, headers }, or tcp: { port, say }, or command: { program, arguments, environment }";

    /// <returns>No look where something is wrong with it.</returns>
    public (string Pod, LookDeclaration? Look) Look(Fields fields)
    {
        var pod = ports.Pod(fields);
        var look = ports.Has(pod) ? Look(fields, pod) : null;
        foreach (var way in new[] { "http", "tcp", "command" })
            fields.Has(way);
        return (pod, look);
    }

    public SignPlace Place(Fields fields)
    {
        var path = fields.Optional("json_path");
        if (path is not null && JsonPath.Parse(path) is null)
            problems.Add(fields.At("json_path"), $"{fields.Of("json_path")} can't be '{Problems.Short(path)}'", JsonPath.Allowed);
        var match = Expression(fields, "match");
        if (fields.Has("json_path") == fields.Has("match"))
            problems.Add(fields.Node, $"{fields.Of("json_path")} or {fields.Of("match")}: one of the two must be there");
        return path is not null ? new SignPlace.Json(path) : new SignPlace.Match(match ?? "");
    }

    public string? Expression(Fields fields, string name)
    {
        var expression = fields.Optional(name);
        if (expression is not null && BodyExpectation.WhyNot(expression) is { } why)
            problems.Add(fields.At(name), $"{fields.Of(name)} {why}");
        return expression;
    }

    /// <param name="pod">Beside whose first task it runs.</param>
    public LookDeclaration.Command Command(Fields command, string pod)
    {
        var program = command.Text("program", Names.Program(), Names.ProgramAllowed);
        var files = pods.FirstOrDefault(each => each.Type == pod)?.Tasks is [var first, ..] ? first.Files : [];
        var look = new LookDeclaration.Command(program, tasks.Arguments(command, program, scopes.Argument(pod, []), files), tasks.Environment(command, scopes.Task(pod, [])));
        command.Done();
        return look;
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
            return Command(command, pod);
        }

        problems.Add(fields.Node, $"{fields.Of("http")} is missing", Ways);
        return null;
    }
}
