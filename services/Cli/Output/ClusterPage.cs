using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli.Progress;

namespace DataPlatform.Services.Cli.Output;

/// <summary>One cluster as text: where it stands, its steps and tasks, and how to connect.</summary>
public static class ClusterPage
{
    /// <param name="console">Where its pages are opened.</param>
    public static void Write(Surroundings surroundings, ControlPlaneAddress console, ClusterDetail cluster)
    {
        var (summary, now) = (cluster.Summary, surroundings.Time.GetUtcNow());
        var output = surroundings.Output;
        output.WriteLine(Rows.Printable($"{summary.Name}: {summary.Package} {summary.Version}, {Words.State(summary.State)}{(summary.Reason is { } reason ? $": {reason}" : "")}"));
        output.WriteLine($"launched {Words.Moment(summary.CreatedAt)}{(summary.ReadyAt is { } ready ? $", ready after {DurationText.Short(ready - summary.CreatedAt)}" : "")}, deleted in {DurationText.Short(summary.ExpiresAt - now)}; holds {Words.Amounts(summary.Reserved)}");
        if (summary.Activity is { } activity) output.WriteLine(Rows.Printable($"activity: {Words.ActivityWithReason(activity, now)}"));
        if (cluster.Options.Count > 0) output.WriteLine(Rows.Printable("options: " + string.Join(", ", cluster.Options.OrderBy(option => option.Key, StringComparer.Ordinal).Select(option => $"{option.Key}={option.Value}"))));
        if (summary.Blueprint is { } blueprint) output.WriteLine($"of the blueprint {blueprint}");
        if (cluster.Needs.Count > 0) output.WriteLine($"needs: {string.Join(", ", cluster.Needs)}");
        output.WriteLine();

        var steps = new Rows("STEP", "STATE", "TIME", "WAITS FOR, OR NOTE") { ShortensLast = true };
        foreach (var entry in TimelineEntry.Of(cluster))
            steps.Add(entry.Title, Words.State(entry.Step.State), entry.Took(now) is { } took ? DurationText.Short(took) : "", entry.Said);
        if (steps.Count > 0) steps.Write(surroundings);
        var tasks = new Rows("TASK", "STATE", "READY", "HOST", "RESOURCES", "PORTS", "MESSAGE") { ShortensLast = true };
        foreach (var task in cluster.Tasks)
            tasks.Add(task.Name, Words.TaskState(task.State), task.Ready ? "yes" : "no", task.Host, Words.Amounts(task.Resources),
                string.Join(" ", task.Ports.OrderBy(port => port.Key, StringComparer.Ordinal).Select(port => $"{port.Key}:{port.Value}")), task.Message);
        if (tasks.Count > 0)
        {
            output.WriteLine();
            tasks.Write(surroundings);
        }
        foreach (var fact in cluster.Facts)
            output.WriteLine(Rows.Printable($"{fact.Pod}: {fact.Title}: {fact.Value ?? $"not known: {fact.WhyNot}"}{(fact.IsHealthy == false ? $", should be {fact.Healthy}" : "")}"));
        foreach (var table in cluster.Tables ?? []) Write(surroundings, table);
        foreach (var operation in cluster.Operations)
            output.WriteLine(Rows.Printable($"{operation.Name} {operation.Number}{(operation.Given.Length > 0 ? $" ({operation.Given})" : "")}: {Words.State(operation.State)}{(operation.Said is { } said ? $": {said}" : operation.Folder is { } folder ? $" ({folder})" : "")}"));
        foreach (var volume in cluster.Volumes) output.WriteLine($"keeps: {volume.Name} of {volume.Pod}, {Words.Mebibytes(volume.Mebibytes)} on {volume.Host}");
        foreach (var waiting in cluster.Waiting) output.WriteLine(Rows.Printable($"waits: {waiting.Pod} on {waiting.Host}: {waiting.Stage}: {waiting.Reason}"));
        WriteConnections(output, console, cluster);
    }

    private static void Write(Surroundings surroundings, TableView table)
    {
        var output = surroundings.Output;
        if (table.WhyNot is { } why) output.WriteLine(Rows.Printable($"{table.Title}: not known: {why}"));
        if (table.Rows is not { } rows) return;
        output.WriteLine();
        output.WriteLine(Rows.Printable(rows.Count == 0 ? $"{table.Title}: none" : $"{table.Title}:"));
        var shown = new Rows([.. table.Columns.Select(column => Rows.Printable(column.Title.ToUpperInvariant()))]);
        foreach (var row in rows) shown.Add([.. table.Columns.Select(column => Cell(row[column.Name], column))]);
        if (shown.Count > 0) shown.Write(surroundings);
        if (table.Left > 0) output.WriteLine($"and {table.Left} more");
    }

    private static string? Cell(JsonNode? value, TableColumnView column) =>
        column.Kind == ColumnKind.Bytes && value is JsonValue cell && cell.TryGetValue<decimal>(out var bytes) ? Words.Bytes((long)bytes) : value?.ToString();

    public static void WriteConnections(TextWriter output, ControlPlaneAddress console, ClusterDetail cluster)
    {
        foreach (var endpoint in cluster.Endpoints) output.WriteLine(Rows.Printable($"{endpoint.Title}: {Way(console, endpoint)}"));
        foreach (var snippet in cluster.Snippets)
        {
            output.WriteLine();
            output.WriteLine(Rows.Printable($"{snippet.Title}:"));
            foreach (var line in snippet.Text.Split('\n')) output.WriteLine($"    {Rows.Printable(line)}");
        }
    }

    /// <summary>A page opens with the console's login; at the address of its own it would ask for another.</summary>
    private static string Way(ControlPlaneAddress console, EndpointView endpoint) =>
        endpoint.Page is { } page ? console.Url.TrimEnd('/') + page : endpoint.Url;
}
