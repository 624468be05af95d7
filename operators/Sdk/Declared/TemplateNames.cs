using Fluid.Ast;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Looks at all that a template names, also where it is not rendered today, and says what is not known.</summary>
internal sealed class TemplateNames(TemplateScope scope) : AstVisitor
{
    private const string Ports = "ports";
    private const string PeersGroup = "peers";
    private const string ConnectedGroup = "connected";
    private const string Variables = "variables";
    private static readonly HashSet<string> PeerTexts = new(StringComparer.Ordinal) { "name", "index", "host" };
    private static readonly string[] VariableTexts = ["name", "value"];

    // Of a local name: the group and the member of it whose item it is, or null when it is anything else.
    private readonly Dictionary<string, (string Group, string Member)?> locals = new(StringComparer.Ordinal) { ["forloop"] = null };
    private readonly HashSet<string> peers = new(StringComparer.Ordinal);
    private readonly HashSet<string> connections = new(StringComparer.Ordinal);

    public List<TemplateProblem> Problems { get; } = [];

    public IReadOnlySet<string> Peers => peers;

    public IReadOnlySet<string> Connections => connections;

    public bool IsSecret { get; private set; }

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
        locals[forStatement.Identifier] = Item(forStatement.Source);
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

    private static (string Group, string Member)? Item(Expression source) => (source as MemberExpression)?.Segments.ToList() switch
    {
        [IdentifierSegment { Identifier: PeersGroup }, IdentifierSegment pod] => (PeersGroup, pod.Identifier),
        [IdentifierSegment { Identifier: ConnectedGroup }, IdentifierSegment option, IdentifierSegment { Identifier: Variables }] => (ConnectedGroup, option.Identifier),
        _ => null,
    };

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

    private bool Known(string name) => scope.Plain.Contains(name) || scope.Groups.ContainsKey(name) || name is PeersGroup or ConnectedGroup;

    private void Name(string name, List<MemberSegment> rest)
    {
        if (locals.TryGetValue(name, out var item))
        {
            if (item is (PeersGroup, var pod))
                Peer(name, pod, rest);
            else if (item is not null && (rest.Count != 1 || !VariableTexts.Contains(Member(rest))))
                Unknown(Member(rest) is { } wrong ? $"{name}.{wrong}" : name, VariableTexts.Select(each => $"{name}.{each}"));
        }
        else if (name == PeersGroup)
        {
            OfPeers(rest);
        }
        else if (name == ConnectedGroup && scope.Connections.Count > 0)
        {
            OfConnected(rest);
        }
        else if (scope.Groups.TryGetValue(name, out var members))
        {
            IsSecret |= (name, Member(rest)) is ("secrets", _) or ("platform", "metrics_token") or ("operation", "secret");
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
            if (scope.Absent.TryGetValue(PeersGroup, out var why) && scope.Peers.Count == 0) Problems.Add(new(named, $"{named} can't be used here: {why}"));
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

    private void OfConnected(List<MemberSegment> rest)
    {
        if (Member(rest) is { } option && scope.Connections.Contains(option) && rest is [_, IdentifierSegment { Identifier: "name" or Variables }])
            connections.Add(option);
        else
            Unknown(string.Join('.', rest.OfType<IdentifierSegment>().Select(segment => segment.Identifier).Prepend(ConnectedGroup)), scope.Connections.SelectMany(each => new[] { $"{ConnectedGroup}.{each}.name", $"{ConnectedGroup}.{each}.{Variables}" }));
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
