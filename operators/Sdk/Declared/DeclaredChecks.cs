using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Makes of a declared check what operators ask today: the one place that knows both.</summary>
internal static class DeclaredChecks
{
    /// <summary>More of a body is not looked at: whether an engine serves is said at its beginning.</summary>
    private const int MostCharacters = 256 * 1024;

    public static ReadinessProbe Probe(CheckDeclaration? check, TaskContext context, Func<IReadOnlyDictionary<string, object>> values) => check switch
    {
        null => new ReadinessProbe.Running(),
        CheckDeclaration.Tcp(var port) => new ReadinessProbe.Tcp(context.Host, context.Ports[port]),
        CheckDeclaration.Http(var port, var path, var body) => Http(new Uri($"http://{context.Host}:{context.Ports[port]}{WebPath.Of(path.Render("the check's path", values()))}"), body),
        _ => throw new InvalidOperationException(check.ToString()),
    };

    private static ReadinessProbe.Http Http(Uri address, string? body)
    {
        var expression = body is null ? null : Expressions.Compile(body, out _);
        return new ReadinessProbe.Http(address, text => expression?.IsMatch(text.AsSpan(0, Math.Min(text.Length, MostCharacters))) == false ? $"the answer does not match {body} yet" : null);
    }
}
