using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Makes of declared questions what the agent is told.</summary>
internal static class DeclaredActivity
{
    public static IReadOnlyList<ActivityLook> Of(IEnumerable<QuestionDeclaration> questions, IReadOnlyDictionary<string, object> values) =>
        [.. questions.Select(each => new ActivityLook(Of(each.Look, values), each.Signs) { Expect = each.Expect })];

    private static LookWay Of(LookDeclaration look, IReadOnlyDictionary<string, object> values) => look switch
    {
        LookDeclaration.Http(var port, var path, var headers) => new LookWay.Http(port, WebPath.Of(path.Render("the path of idle", values)), Rendered(headers, values)),
        LookDeclaration.Tcp(var port, var say) => new LookWay.Tcp(port, say.Render("what idle says", values)),
        LookDeclaration.Command command => Of(command, values),
        _ => throw new InvalidOperationException(look.ToString()),
    };

    public static LookWay.Command Of(LookDeclaration.Command command, IReadOnlyDictionary<string, object> values) =>
        new(command.Program, [.. command.Arguments.Select((argument, index) => argument.Render($"argument {index} of a question", values))], Rendered(command.Environment, values));

    private static Dictionary<string, string> Rendered(IReadOnlyDictionary<string, Template> templates, IReadOnlyDictionary<string, object> values) =>
        templates.ToDictionary(each => each.Key, each => each.Value.Render(each.Key, values));
}
