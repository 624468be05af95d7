using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Operators.Sdk.Specification;

/// <summary>What an engine tells in rows when somebody looks.</summary>
/// <param name="Every">How old an answer may be that somebody else was given.</param>
public sealed record EngineTable(string Name, string Title, IReadOnlyList<TableColumnView> Columns, TimeSpan Every);

/// <summary>How a table is asked for now.</summary>
/// <param name="Task">The name of the task beside which the command runs.</param>
public sealed record TableQuestion(string Task, LookWay.Command Command);
