using Fluid.Ast;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Looks at all that a template names, also where it is not rendered today, and says what is not known.</summary>
internal sealed class TemplateNames(TemplateScope scope) : AstVisitor
{
    private const string Ports = "ports";
    private static readonly HashSet<string> PeerTexts = new(StringComparer.Ordinal) { "name", "index", "host" };

    // Of a local name: the pod whose instance it is, or null when it is anything else.
    private readonly Dictionary<string, string?> locals = new(StringComparer.Ordinal) { ["forloop"] = null };
    private readonly HashSet<string> peers = new(StringComparer.Ordinal);

    public List<TemplateProblem> Problems { get; } = [];

    public IReadOnlySet<string> Peers => peers;

    protected override Expression VisitMemberExpression(MemberExpression memberExpression)
    {
        var segments = memberExpression.Segments.ToList();
        if (segments is [IdentifierSegment first, .. var rest])
            Name(first.Identifier, rest);
        foreach (var indexer in memberExpression.Segments.OfType<IndexerSegment>())
            Visit(indexer.Expression);
        return memberExpression;
    }

    protected override Statement VisitForStatement(ForStatement forStatement)
    {
        var before = locals.TryGetValue(forStatement.Identifier, out var outer);
        Visit(forStatement.Source);
        locals[forStatement.Identifier] = Pod(forStatement.Source);
        foreach (var statement in forStatement.Statements)
            Visit(statement);
        if (before) locals[forStatement.Identifier] = outer;
        else locals.Remove(forStatement.Identifier);
        Visit(forStatement.Limit);
        Visit(forStatement.Offset);
        Visit(forStatement.Else);
        return forStatement;
    }

    protected override Statement VisitAssignStatement(AssignStatement assignStatement)
    {
        base.VisitAssignStatement(assignStatement);
        Local(assignStatement.Identifier);
        return assignStatement;
    }

    protected override Statement VisitCaptureStatement(CaptureStatement captureStatement)
    {
        base.VisitCaptureStatement(captureStatement);
        Local(captureStatement.Identifier);
        return captureStatement;
    }

    protected override Statement VisitIncludeStatement(IncludeStatement includeStatement) => Refused("include", includeStatement);

    protected override Statement VisitRenderStatement(RenderStatement renderStatement) => Refused("render", renderStatement);

    protected override Statement VisitFromStatement(FromStatement fromStatement) => Refused("from", fromStatement);

    private static string? Pod(Expression source) =>
        source is MemberExpression member && member.Segments.ToList() is [IdentifierSegment { Identifier: "peers" }, IdentifierSegment pod] ? pod.Identifier : null;

    private Statement Refused(string tag, Statement statement)
    {
        Problems.Add(new(tag, $"a template can't {tag} another file"));
        return statement;
    }

    private void Local(string name)
    {
        if (Known(name))
            Problems.Add(new(name, $"{name} is a value of the platform's or an option and can't be assigned"));
        else
            locals[name] = null;
    }

    private bool Known(string name) => scope.Plain.Contains(name) || scope.Groups.ContainsKey(name) || name == "peers";

    private void Name(string name, List<MemberSegment> rest)
    {
        if (locals.TryGetValue(name, out var pod))
        {
            if (pod is not null)
                Peer(name, pod, rest);
        }
        else if (name == "peers")
        {
            OfPeers(rest);
        }
        else if (scope.Groups.TryGetValue(name, out var members))
        {
            if (Member(rest) is not { } member || !members.Contains(member))
                Unknown(Member(rest) is { } wrong ? $"{name}.{wrong}" : name, members.Select(each => $"{name}.{each}"));
            else if (scope.Groups.TryGetValue($"{name}.{member}", out var inner) && !(Member(rest[1..]) is { } second && inner.Contains(second)))
                Unknown($"{name}.{member}{(Member(rest[1..]) is { } other ? $".{other}" : "")}", inner.Select(each => $"{name}.{member}.{each}"));
        }
        else if (scope.Absent.TryGetValue(name, out var why))
        {
            Problems.Add(new(name, $"{name} can't be used here: {why}"));
        }
        else if (!scope.Plain.Contains(name))
        {
            Unknown(name, scope.Plain.Concat(scope.Groups.Where(group => group.Value.Count > 0).Select(group => group.Key + ".NAME")).Concat(scope.Peers.Count > 0 ? ["peers.POD"] : []));
        }
    }

    private void OfPeers(List<MemberSegment> rest)
    {
        if (Member(rest) is not { } pod || !scope.Peers.ContainsKey(pod))
        {
            var named = Member(rest) is { } wrong ? $"peers.{wrong}" : "peers";
            if (scope.Absent.TryGetValue("peers", out var why) && scope.Peers.Count == 0) Problems.Add(new(named, $"{named} can't be used here: {why}"));
            else Unknown(named, scope.Peers.Keys.Select(each => $"peers.{each}"));
            return;
        }

        peers.Add(pod);
        switch (rest)
        {
            case [_]:
            case [_, IdentifierSegment { Identifier: "size" }]:
                break;
            case [_, IndexerSegment, .. var members]:
                Peer($"peers.{pod}[...]", pod, [.. members]);
                break;
            case [_, IdentifierSegment { Identifier: "first" or "last" }, .. var members]:
                Peer($"peers.{pod}.first", pod, [.. members]);
                break;
            default:
                Unknown($"peers.{pod}.{Member(rest[1..])}", [$"peers.{pod}", $"peers.{pod}.size", $"peers.{pod}.first.host", $"peers.{pod}[0].ports.NAME"]);
                break;
        }
    }

    private void Peer(string name, string pod, List<MemberSegment> rest)
    {
        var ports = scope.Peers.GetValueOrDefault(pod) ?? new HashSet<string>();
        var isKnown = rest is [IdentifierSegment { Identifier: var text }] && PeerTexts.Contains(text)
            || rest is [IdentifierSegment { Identifier: Ports }, IdentifierSegment { Identifier: var port }] && ports.Contains(port);
        if (!isKnown)
            Unknown(string.Join('.', rest.OfType<IdentifierSegment>().Select(segment => segment.Identifier).Prepend(name)), PeerTexts.Concat(ports.Select(each => $"{Ports}.{each}")).Select(each => $"{name}.{each}"));
    }

    private void Unknown(string name, IEnumerable<string> known) =>
        Problems.Add(new(name, $"the template names {name}, which is not known here", string.Join(", ", known.Order(StringComparer.Ordinal))));

    private static string? Member(List<MemberSegment> rest) => rest is [IdentifierSegment { Identifier: var member }, ..] ? member : null;
}
