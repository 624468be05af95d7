using System.Globalization;
using System.Text;
using DataPlatform.Core.Pool;

namespace DataPlatform.Simulation.Tests;

/// <summary>What a reader of the pool sees, for comparing two copies of it.</summary>
internal static class StateText
{
    public static string Of(PoolState state)
    {
        var text = new StringBuilder();
        foreach (var framework in state.Frameworks.Values.OrderBy(each => each.Id, StringComparer.Ordinal))
            text.AppendLine(CultureInfo.InvariantCulture, $"framework {framework.Id} {framework.Info}");
        foreach (var id in state.CompletedFrameworks.Keys)
            text.AppendLine(CultureInfo.InvariantCulture, $"completed {id}");
        foreach (var agent in state.Agents.Values.OrderBy(each => each.Id, StringComparer.Ordinal))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"agent {agent.Id} {agent.IsConnected} {agent.Total} free {state.Allocator.Free(agent.Id)}");
            foreach (var task in agent.Tasks.Values.Select(task => $"  {task.FrameworkId}/{task.Id} {task.Record.State} {task.Resources}").Order(StringComparer.Ordinal))
                text.AppendLine(task);
        }

        foreach (var offer in state.Offers.Values.OrderBy(each => each.Id, StringComparer.Ordinal))
            text.AppendLine(CultureInfo.InvariantCulture, $"offer {offer.Id} {offer.AgentId} {offer.Resources}");
        foreach (var (role, quota) in state.Quotas)
            text.AppendLine(CultureInfo.InvariantCulture, $"quota {role} {quota}");
        foreach (var operation in state.Operations.Values.OrderBy(each => each.Number))
            text.AppendLine(CultureInfo.InvariantCulture, $"operation {operation.FrameworkId} {operation.Info} {operation.State}");
        foreach (var (id, deactivation) in state.Deactivations.OrderBy(each => each.Key, StringComparer.Ordinal))
            text.AppendLine(CultureInfo.InvariantCulture, $"out of use {id} {deactivation.Drain}");
        foreach (var id in state.UnreachableAgents.Keys)
            text.AppendLine(CultureInfo.InvariantCulture, $"unreachable {id}");
        return text.ToString();
    }
}
