using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace DataPlatform.Services.Cli.Completion;

/// <summary>
/// What <c>dp [suggest] "LINE"</c> writes: the words that the last of the line may become, one a line. Options are among them only when
/// a dash is typed, so that names are seen.
/// </summary>
public sealed class SuggestAction : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var line = parseResult.Tokens.LastOrDefault(token => token.Type != TokenType.Directive)?.Value ?? "";
        var root = parseResult.RootCommandResult.Command;
        var word = line[(line.LastIndexOf(' ') + 1)..];
        var words = At(root.Parse(line[..^word.Length]), root.Parse(line).GetCompletionContext(), word);
        foreach (var found in words.Where(found => found.StartsWith(word, StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal))
            parseResult.InvocationConfiguration.Output.WriteLine(found);
        return ExitCode.Done;
    }

    /// <param name="before">What stands before the word.</param>
    private static IEnumerable<string> At(ParseResult before, CompletionContext context, string word)
    {
        var result = before.CommandResult;
        if (ValueOf(before) is { } option) return Labels(option, context);
        if (word.StartsWith('-')) return CommandOptions.Names(result);
        var argument = result.Command.Arguments.FirstOrDefault(each => (result.GetResult(each)?.Tokens.Count ?? 0) < each.Arity.MaximumNumberOfValues);
        return result.Command.Subcommands.Where(each => !each.Hidden).Select(each => each.Name).Concat(argument is null ? [] : Labels(argument, context));
    }

    /// <summary>The option whose value comes next; null when none is waited for.</summary>
    private static Option? ValueOf(ParseResult before) => before.Tokens is [.., var last]
        ? before.CommandResult.Children.OfType<OptionResult>().FirstOrDefault(each => each.IdentifierToken == last && each.Option.Arity.MinimumNumberOfValues > 0)?.Option : null;

    private static IEnumerable<string> Labels(Symbol symbol, CompletionContext context) => symbol.GetCompletions(context).Select(item => item.Label);
}
