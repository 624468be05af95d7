using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Makes of a declared check what the agent is told.</summary>
internal static class DeclaredChecks
{
    public static ReadinessCheck Of(CheckDeclaration? check, Func<IReadOnlyDictionary<string, object>> values) => check switch
    {
        null => new ReadinessCheck.Running(),
        CheckDeclaration.Tcp(var port) => new ReadinessCheck.Tcp(port),
        CheckDeclaration.Http(var port, var path, var body) => new ReadinessCheck.Http(port, WebPath.Of(path.Render("the check's path", values())), body),
        CheckDeclaration.Command(var program, var arguments) => new ReadinessCheck.Command(program, [.. arguments.Select((argument, index) => argument.Render($"argument {index} of the check", values()))]),
        _ => throw new InvalidOperationException(check.ToString()),
    };
}
