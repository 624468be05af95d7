using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Operators.Sdk.Clusters;

/// <summary>What is run to have a table's rows.</summary>
/// <param name="Task">The name of the task beside which it runs.</param>
public sealed record TableCommand(string Task, CommandInfo Command);
