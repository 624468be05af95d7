using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.Cli.Output;

/// <summary>Says on standard error what went wrong: to people in sentences, to programs as a problem's members in one line of JSON.</summary>
public sealed class ErrorOutput(TextWriter writer, bool json)
{
    public static ErrorOutput Of(Surroundings surroundings, ParseResult parsed) => new(surroundings.Error, parsed.WantsJson());

    /// <param name="detail">What more there is to say; null when that is all.</param>
    public Task WriteAsync(string title, string? detail = null)
    {
        if (!json) return writer.WriteLineAsync($"dp: {(detail is null ? title : $"{title}: {detail}")}");
        var members = new JsonObject { ["title"] = title };
        if (detail is not null) members["detail"] = detail;
        return writer.WriteLineAsync(members.ToJsonString(JsonOutput.Line));
    }

    /// <param name="sentences">Of what is wrong with a command line.</param>
    /// <param name="advice">What helps with all of them.</param>
    public async Task WriteAsync(IReadOnlyList<string> sentences, string advice)
    {
        if (json)
        {
            await WriteAsync("the command line is not understood", $"{string.Join(' ', sentences)} {advice}");
            return;
        }

        foreach (var sentence in sentences) await WriteAsync(sentence);
        await writer.WriteLineAsync(advice);
    }

    public async Task WriteAsync(RefusedException refusal)
    {
        if (json)
        {
            await writer.WriteLineAsync(JsonSerializer.SerializeToNode(refusal.Problem, ControlPlaneJson.Default.Problem)!.ToJsonString(JsonOutput.Line));
            return;
        }

        await writer.WriteLineAsync($"dp: {refusal.Message}");
        foreach (var field in refusal.Problem.Errors ?? []) await writer.WriteLineAsync($"  {Sentence(field)}");
    }

    private static string Sentence(FieldProblem field) =>
        string.IsNullOrEmpty(field.Allowed) ? $"{field.Field}: {field.Message}" : $"{field.Field}: {field.Message} (allowed: {field.Allowed})";
}
