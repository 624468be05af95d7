namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Reads pods: how many, where, what for, and after what.</summary>
internal sealed class PodsReader(Problems problems, IReadOnlyDictionary<string, OptionDeclaration> options, TaskNamesReader names, PlanRulesReader rules, GrowthReader growth)
{
    private const string Field = "pods";
    private const int MostInstances = 1000;

    /// <summary>Ports by pod, known before any template is read.</summary>
    public IReadOnlyDictionary<string, IReadOnlySet<string>> Ports(IReadOnlyDictionary<string, Fields> pods) =>
        pods.ToDictionary(pod => pod.Key, pod => (IReadOnlySet<string>)names.Tasks(pod.Value).SelectMany(task => names.Ports(task.Fields)).ToHashSet(StringComparer.Ordinal));

    public IReadOnlyDictionary<string, Fields> Pods(Fields package)
    {
        var pods = package.Named(Field, Names.Part(), Names.PartAllowed).ToDictionary(pod => pod.Name, pod => pod.Fields);
        if (pods.Count == 0)
            problems.Add(package.At(Field), $"{Field} must declare at least one pod", "a mapping of pods by name");
        return pods;
    }

    public PodDeclaration Pod(string type, Fields fields, TasksReader tasks, IReadOnlySet<string> others)
    {
        var waitsFor = WaitsFor(type, fields, others);
        var count = AmountOf(fields, "count", "1", 1, MostInstances);
        var declared = names.Tasks(fields).Select(task => tasks.Task(type, task.Name, task.Fields, waitsFor.Keys)).ToList();
        foreach (var port in declared.SelectMany(task => task.Ports).GroupBy(port => port).Where(group => group.Count() > 1))
            problems.Add(fields.Node, $"the port {port.Key} is there twice in the pod {type}");
        foreach (var volume in declared.SelectMany(task => task.Volumes.DistinctBy(volume => volume.Name)).GroupBy(volume => volume.Name).Where(group => group.Count() > 1))
            problems.Add(fields.Node, $"the volume {volume.Key} is there twice in the pod {type}");
        var pod = new PodDeclaration(
            type, count, (fields.Optional("count") ?? "1") == "1", fields.Choice("start", "together", "together", "one by one") != "together", declared, [.. Placement(type, fields, others)], waitsFor)
        {
            Presence = Presence(fields), Rules = rules.Rules(type, fields, others), Growth = growth.Growth(fields, (map, name) => AmountOf(map, name, null, 0, MostInstances)),
        };
        if (declared is [{ Presence: var first }, ..] && first != PresenceDeclaration.Always)
            problems.Add(fields.Node, $"the first task of {type} depends on an option, and a pod without a task is none", "when and unless of the pod, or of its further tasks");
        fields.Done();
        return pod;
    }

    public PresenceDeclaration Presence(Fields fields) => (Decides(fields, "when"), Decides(fields, "unless")) is var (with, without) && (with ?? without) is not null ? new(with, without) : PresenceDeclaration.Always;

    private string? Decides(Fields fields, string field)
    {
        if (fields.Optional(field) is not { } name)
            return null;
        if (!options.TryGetValue(name, out var option) || option.Type is OptionType.Integer or OptionType.Number)
            problems.Add(fields.At(field), $"{fields.Of(field)} names {Problems.Short(name)}, which is no option that can be false or empty",
                string.Join(", ", options.Values.Where(each => each.Type is not (OptionType.Integer or OptionType.Number)).Select(each => each.Name)));
        return name;
    }

    /// <param name="standard">Null when the field must be there.</param>
    public Amount AmountOf(Fields fields, string name, string? standard, decimal least, decimal most)
    {
        var text = standard is null ? fields.Text(name, allowed: Amount.Allowed) : fields.Optional(name) ?? standard;
        if (text.Length == 0)
            text = least.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (Amount.Parse(text, options, out var why) is not { } amount)
        {
            problems.Add(fields.At(name), $"{fields.Of(name)}: {why}", Amount.Allowed);
            return Amount.Parse(least.ToString(System.Globalization.CultureInfo.InvariantCulture), options, out _)!;
        }

        if (!Within(amount, least, most, out var range))
            problems.Add(fields.At(name), $"{fields.Of(name)} {range}", $"from {least} to {most}");
        return amount;
    }

    private static bool Within(Amount amount, decimal least, decimal most, out string range)
    {
        try
        {
            var (from, to) = amount.Range();
            range = from == to ? $"is {from}" : $"would be from {from} to {to}, by what its options may be";
            return from >= least && to <= most;
        }
        catch (OverflowException)
        {
            range = "is beyond any number";
            return false;
        }
    }

    private Dictionary<string, PeerState> WaitsFor(string type, Fields fields, IReadOnlySet<string> pods)
    {
        var waits = new Dictionary<string, PeerState>(StringComparer.Ordinal);
        if (fields.Map("waits_for") is not { } map)
            return waits;
        foreach (var pod in map.Order)
        {
            if (!pods.Contains(pod))
                problems.Add(map.KeyOf(pod), $"{type} waits for {Problems.Short(pod)}, which is no pod", string.Join(", ", pods.Where(other => other != type)));
            else
                waits[pod] = map.Choice(pod, "placed", "placed", "ready", "located") switch { "ready" => PeerState.Ready, "located" => PeerState.Located, _ => PeerState.Placed };
            if (pod == type && waits.GetValueOrDefault(pod) is PeerState.Placed or PeerState.Ready)
                problems.Add(map.At(pod), $"{type} waits for itself: all that it can know is where its instances are", "located");
        }

        return waits;
    }

    private IEnumerable<PlacementDeclaration> Placement(string type, Fields fields, IReadOnlySet<string> pods)
    {
        foreach (var rule in fields.Maps("placement"))
        {
            if (rule.Has("at_most_on_host"))
            {
                yield return new PlacementDeclaration.AtMostOnHost(rule.Whole("at_most_on_host", 1, MostInstances, 1));
            }
            else if (rule.Has("at_most_in_zone"))
            {
                yield return new PlacementDeclaration.AtMostInZone(rule.Whole("at_most_in_zone", 1, MostInstances, 1));
            }
            else if (rule.Has("away_from"))
            {
                yield return new PlacementDeclaration.AwayFrom(Other(type, rule, "away_from", pods));
            }
            else if (rule.Has("near"))
            {
                yield return new PlacementDeclaration.Near(Other(type, rule, "near", pods));
            }
            else if (rule.Map("attribute") is { } attribute)
            {
                yield return new PlacementDeclaration.Attribute(attribute.Text("name"), attribute.Text("is"));
                attribute.Done();
            }
            else
            {
                problems.Add(rule.Node, "a placement says nothing", "at_most_on_host: N, at_most_in_zone: N, away_from: POD, near: POD, or attribute: { name: N, is: V }");
            }

            rule.Done();
        }
    }

    private string Other(string type, Fields rule, string field, IReadOnlySet<string> pods)
    {
        var pod = rule.Text(field);
        if (pod == type || !pods.Contains(pod))
            problems.Add(rule.At(field), $"{rule.Of(field)} names {Problems.Short(pod)}, which is no other pod", string.Join(", ", pods.Where(other => other != type)));
        return pod;
    }
}
