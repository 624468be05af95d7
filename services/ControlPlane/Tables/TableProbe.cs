using System.Text;
using DataPlatform.Core.Client.Administration;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Client.Http;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.ControlPlane.Exec;

namespace DataPlatform.Services.ControlPlane.Tables;

/// <summary>Runs a table's command once, beside the task that can answer. Whatever goes wrong is why the table has no rows.</summary>
public sealed class TableProbe(TaskExec exec)
{
    private const int MostBytes = 256 * 1024;
    private const int MostOfError = 4 * 1024;
    private const int Signals = 0x7F;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public async Task<TableView> AskAsync(TableView table, TaskView task, string frameworkId, CommandInfo command, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            return await exec.Start(task, frameworkId, command, null, limit.Token) switch
            {
                ExecStart.Started started => await ReadAsync(table, started.Session, limit.Token),
                ExecStart.Refused refused => table with { WhyNot = refused.Problem.Detail ?? refused.Problem.Title },
                var other => throw new InvalidOperationException(other.ToString()),
            };
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return table with { WhyNot = $"its command does not end within {Patience.TotalSeconds:0} s" };
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException or RecordFormatException or MessageFormatException or MesosCallException)
        {
            return table with { WhyNot = $"the connection to its command broke: {broken.Message}" };
        }
    }

    private static async Task<TableView> ReadAsync(TableView table, AgentSession session, CancellationToken cancellation)
    {
        await using var open = session;
        using var output = new MemoryStream();
        var error = new StringBuilder();
        await foreach (var part in session.ReadAsync(cancellation))
        {
            if (part.Type != ProcessIO.Types.Data.Types.Type.Stderr) output.Write(part.Data_.Span);
            else if (error.Append(part.Data_.ToStringUtf8()).Length > MostOfError) error.Remove(0, error.Length - MostOfError);
            if (output.Length > MostBytes) return table with { WhyNot = $"its command writes more than {MostBytes / 1024} KiB" };
        }

        return await session.WaitAsync(cancellation) switch
        {
            0 => TableText.Read(table, Encoding.UTF8.GetString(output.GetBuffer(), 0, (int)output.Length)),
            { } status when LastLine(error) is { Length: > 0 } said => table with { WhyNot = said },
            { } status => table with { WhyNot = (status & Signals) == 0 ? $"its command ends with status {status >> 8}" : $"its command was ended by signal {status & Signals}" },
            null => table with { WhyNot = "its command has ended, how is not known" },
        };
    }

    private static string LastLine(StringBuilder error) => error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault("");
}
