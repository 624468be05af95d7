using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using Pseudo = DataPlatform.Core.Protocol.Mesos.AttributeConstraint.Types.Selector.Types.PseudoattributeType;
using Predicate = DataPlatform.Core.Protocol.Mesos.AttributeConstraint.Types.Predicate;
using Selector = DataPlatform.Core.Protocol.Mesos.AttributeConstraint.Types.Selector;

namespace DataPlatform.Core.Allocation;

/// <summary>
/// A framework's offer constraints, checked and compiled: by role, groups of which an agent must meet one, each with
/// constraints of which it must meet all. Roles without an entry take every agent.
/// </summary>
public sealed class AgentConstraints
{
    /// <summary>Enough for any rule about hosts; the number of agents times all of these is looked at when a framework joins.</summary>
    public const int MostInARole = 100;

    /// <summary>Of a pattern, in characters.</summary>
    public const int LongestPattern = 256;

    public static readonly AgentConstraints None = new([]);

    private readonly Dictionary<string, List<List<Constraint>>> _roles;

    private AgentConstraints(Dictionary<string, List<List<Constraint>>> roles) => _roles = roles;

    /// <summary>Why these can't be used, or null.</summary>
    public static string? WhyNot(OfferConstraints? message) => TryRead(message, out _, out var reason) ? null : reason;

    public static bool TryRead(
        OfferConstraints? message, [NotNullWhen(true)] out AgentConstraints? constraints, [NotNullWhen(false)] out string? reason)
    {
        (constraints, reason) = (None, null);
        if (message is null || message.RoleConstraints.Count == 0)
            return true;
        var roles = new Dictionary<string, List<List<Constraint>>>(StringComparer.Ordinal);
        foreach (var (role, read) in message.RoleConstraints)
        {
            reason = RoleName.WhyInvalid(role) ?? WhyNotCounts(role, read);
            if (reason is null)
                reason = Read(read, roles[role] = []);
            if (reason is null)
                continue;
            constraints = null;
            reason = $"offer_constraints.role_constraints: {reason}";
            return false;
        }

        constraints = new AgentConstraints(roles);
        return true;
    }

    /// <summary>True when some agents may not do for the role.</summary>
    public bool Concern(string role) => _roles.ContainsKey(role);

    /// <summary>Null when the framework wants offers of such an agent for the role, else every way in which it falls short.</summary>
    public string? WhyNot(string role, AgentTraits agent)
    {
        if (!_roles.TryGetValue(role, out var groups))
            return null;
        var unmet = new List<string>();
        foreach (var group in groups)
        {
            if (group.Find(constraint => !constraint.IsMetBy(agent)) is not { } first)
                return null;
            unmet.Add(first.Text);
        }

        return string.Join("; ", unmet.Distinct());
    }

    private static string? WhyNotCounts(string role, OfferConstraints.Types.RoleConstraints read)
    {
        if (read.Groups.Count == 0)
            return $"role '{role}' has no groups; leave the role out to take every agent";
        if (read.Groups.Any(group => group.AttributeConstraints.Count == 0))
            return $"role '{role}' has a group without attribute_constraints; at least one is needed";
        var count = read.Groups.Sum(group => group.AttributeConstraints.Count);
        return count > MostInARole ? $"role '{role}' has {count} constraints; {MostInARole} are allowed" : null;
    }

    private static string? Read(OfferConstraints.Types.RoleConstraints read, List<List<Constraint>> groups)
    {
        foreach (var group in read.Groups)
        {
            var constraints = new List<Constraint>();
            foreach (var message in group.AttributeConstraints)
            {
                if (Constraint.Read(message, out var constraint) is { } reason)
                    return reason;
                constraints.Add(constraint!);
            }

            groups.Add(constraints);
        }

        return null;
    }

    /// <summary>One rule about a value of an agent. A value that is no text meets every rule about texts: it is not ours to judge.</summary>
    private sealed record Constraint(string Subject, Selector Selector, string Rule, Func<string?, bool> Holds, bool IsAboutPresence)
    {
        public string Text => $"{Subject} {Rule}";

        public static string? Read(AttributeConstraint message, out Constraint? constraint)
        {
            constraint = null;
            var subject = message.Selector.SelectorCase switch
            {
                Selector.SelectorOneofCase.AttributeName => $"attribute '{message.Selector.AttributeName}'",
                Selector.SelectorOneofCase.PseudoattributeType when message.Selector.PseudoattributeType is Pseudo.Hostname => "hostname",
                Selector.SelectorOneofCase.PseudoattributeType when message.Selector.PseudoattributeType is Pseudo.Region => "region",
                Selector.SelectorOneofCase.PseudoattributeType when message.Selector.PseudoattributeType is Pseudo.Zone => "zone",
                _ => null,
            };
            if (subject is null)
                return "a selector names neither attribute_name nor a pseudoattribute_type of HOSTNAME, REGION and ZONE";
            var predicate = message.Predicate;
            Regex? pattern = null;
            if (PatternOf(predicate) is { } text && WhyNotPattern(text, out pattern) is { } reason)
                return reason;
            (string, Func<string?, bool>, bool)? rule = predicate.PredicateCase switch
            {
                Predicate.PredicateOneofCase.Exists => ("is not there", value => value is not null, true),
                Predicate.PredicateOneofCase.NotExists => ("is there", value => value is null, true),
                Predicate.PredicateOneofCase.TextEquals => ($"is not '{predicate.TextEquals.Value}'", value => value == predicate.TextEquals.Value, false),
                Predicate.PredicateOneofCase.TextNotEquals => ($"is '{predicate.TextNotEquals.Value}'", value => value != predicate.TextNotEquals.Value, false),
                Predicate.PredicateOneofCase.TextMatches => ($"does not match '{predicate.TextMatches.Regex}'", value => value is not null && pattern!.IsMatch(value), false),
                Predicate.PredicateOneofCase.TextNotMatches => ($"matches '{predicate.TextNotMatches.Regex}'", value => value is null || !pattern!.IsMatch(value), false),
                _ => null,
            };
            if (rule is not var (words, holds, isAboutPresence))
                return "a predicate is none of exists, not_exists, text_equals, text_not_equals, text_matches and text_not_matches";
            constraint = new Constraint(subject, message.Selector, words, holds, isAboutPresence);
            return null;
        }

        public bool IsMetBy(AgentTraits agent)
        {
            if (Selector.SelectorCase == Selector.SelectorOneofCase.AttributeName)
            {
                var attribute = agent.Attributes.FirstOrDefault(attribute => attribute.Name == Selector.AttributeName);
                if (attribute is null)
                    return Holds(null);
                return attribute.Type == Value.Types.Type.Text ? Holds(attribute.Text?.Value ?? "") : !IsAboutPresence || Holds("");
            }

            return Holds(Selector.PseudoattributeType switch
            {
                Pseudo.Hostname => agent.Hostname,
                Pseudo.Region => agent.Region,
                _ => agent.Zone,
            });
        }

        private static string? PatternOf(Predicate predicate) => predicate.PredicateCase switch
        {
            Predicate.PredicateOneofCase.TextMatches => predicate.TextMatches.Regex,
            Predicate.PredicateOneofCase.TextNotMatches => predicate.TextNotMatches.Regex,
            _ => null,
        };

        // The engine without backtracking takes time in proportion to the text, whatever the pattern.
        private static string? WhyNotPattern(string text, out Regex? pattern)
        {
            pattern = null;
            if (text.Length > LongestPattern)
                return $"a regex has {text.Length} characters; {LongestPattern} are allowed";
            try
            {
                pattern = new Regex($@"\A(?:{text})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
                return null;
            }
            catch (Exception error) when (error is ArgumentException or NotSupportedException)
            {
                return $"a regex can't be used: {error.Message}";
            }
        }
    }
}
