using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace DataPlatform.Services.Cli;

/// <summary>What of a command line is not understood, each in a sentence, with the word that was probably meant.</summary>
public static partial class Misunderstanding
{
    public static IReadOnlyList<string> Of(ParseResult parsed) =>
        parsed.Action is not ParseErrorAction && parsed.Action != parsed.CommandResult.Command.Action ? []
        : [.. TakenForArguments(parsed).Select(word => Sentence($"Unrecognized option '{word}'.", word, parsed)).Concat(parsed.Errors.Select(error => Sentence(error, parsed))).Distinct()];

    private static string Sentence(ParseError error, ParseResult parsed) =>
        parsed.UnmatchedTokens.FirstOrDefault(word => error.Message.Contains($"'{word}'", StringComparison.Ordinal)) is { } unknown ? Sentence(error.Message, unknown, parsed) : error.Message;

    private static string Sentence(string message, string word, ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var known = word.StartsWith('-') ? CommandOptions.Names(parsed.CommandResult) : command.Subcommands.Where(each => !each.Hidden).Select(each => each.Name);
        return Nearest.To(word.Split('=')[0], known) is { } meant ? $"{message} Did you mean '{meant}'?" : message;
    }

    /// <summary>An option that there is not is taken for the value of an argument that comes first, and what was meant for that is too many.</summary>
    private static IEnumerable<string> TakenForArguments(ParseResult parsed)
    {
        // There the words that are not known are for somebody else, who knows.
        if (!parsed.CommandResult.Command.TreatUnmatchedTokensAsErrors) return [];
        var afterDashes = parsed.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash).ToHashSet();
        return parsed.CommandResult.Children.OfType<ArgumentResult>().Where(argument => argument.Argument.Arity.MaximumNumberOfValues == 1)
            .SelectMany(argument => argument.Tokens).Where(token => !afterDashes.Contains(token) && OptionForm().IsMatch(token.Value)).Select(token => token.Value);
    }

    [GeneratedRegex("^--[a-z][a-z-]*(=.*)?$")]
    private static partial Regex OptionForm();
}
