using System.Globalization;
using DataPlatform.Core.Pool;
using DataPlatform.Services.Hosting.Settings;
using DataPlatform.Services.Master.Security;

namespace DataPlatform.Services.Master.Settings;

/// <summary>How much of the master one call, one framework and one principal may take.</summary>
internal static class LimitSettings
{
    private const int Highest = 16 * 1024 * 1024;
    private const string Never = "never";

    private static readonly CallLimits UsualCalls = new();
    private static readonly ShareLimits UsualShares = new();

    private static readonly ShareLimits UsualAgents = ShareLimits.OfAgents;

    public static IReadOnlyList<Setting> All { get; } =
    [
        new("offer-timeout", "DURATION", "2mins", "An offer that is neither used nor declined for so long is taken back; 'never' lets frameworks keep offers"),
        Limit("max-roles-per-framework", UsualCalls.Roles, "Roles of one framework, and roles named in one call"),
        Limit("max-offers-per-call", UsualCalls.Offers, "Offers named in one call"),
        Limit("max-operations-per-call", UsualCalls.Operations, "Operations of one ACCEPT"),
        Limit("max-tasks-per-call", UsualCalls.Tasks, "Tasks that one ACCEPT launches"),
        Limit("max-reconciled-tasks-per-call", UsualCalls.Reconciled, "Tasks that one RECONCILE names, and that a framework may ask for at once"),
        Limit("max-reconciled-tasks-per-second", new PoolSettings().Reconciliations.PerSecond, "Tasks whose state a framework may ask for in the long run"),
        Limit("max-info-bytes", UsualCalls.InfoBytes, "Bytes of one TaskInfo or FrameworkInfo"),
        Limit("max-calls-per-second", UsualShares.Calls.PerSecond, "Calls of one principal"),
        Limit("max-subscribes-per-second", UsualShares.Subscriptions.PerSecond, "SUBSCRIBEs of one principal in the long run; ten times as many at once"),
        Limit("max-waiting-calls", UsualShares.Waiting, "Calls of one principal that wait for the pool at once; further ones wait for these"),
        Limit("max-streams-per-principal", UsualShares.Streams, "Open event streams of one principal"),
        Limit("max-agents-per-principal", UsualAgents.Streams, "Agents of one principal that are connected at once"),
        Limit("max-agents", UsualAgents.AllStreams, "Agents that are connected at once"),
        Limit("max-agent-calls-per-second", UsualAgents.Calls.PerSecond, "Calls of all agents of one principal"),
        Limit("max-registrations-per-second", UsualAgents.Subscriptions.PerSecond, "Registrations of all agents of one principal in the long run; ten times as many at once"),
        Limit("max-streams", UsualShares.AllStreams, "Open event streams of all schedulers and operators"),
    ];

    /// <summary>Null: never.</summary>
    public static TimeSpan? OfferTimeout(SettingValues values) =>
        values.Find("offer-timeout") == Never ? null : values.PositiveDuration("offer-timeout");

    public static CallLimits Calls(SettingValues values) => UsualCalls with
    {
        Roles = Read(values, "max-roles-per-framework"),
        Offers = Read(values, "max-offers-per-call"),
        Operations = Read(values, "max-operations-per-call"),
        Tasks = Read(values, "max-tasks-per-call"),
        Reconciled = Read(values, "max-reconciled-tasks-per-call"),
        InfoBytes = Read(values, "max-info-bytes"),
    };

    public static Budget Reconciliations(SettingValues values) =>
        new(Read(values, "max-reconciled-tasks-per-second"), Read(values, "max-reconciled-tasks-per-call"));

    public static ShareLimits Shares(SettingValues values) => new()
    {
        Calls = new Budget(Read(values, "max-calls-per-second"), Read(values, "max-calls-per-second")),
        Subscriptions = new Budget(Read(values, "max-subscribes-per-second"), 10L * Read(values, "max-subscribes-per-second")),
        Waiting = Read(values, "max-waiting-calls"),
        Streams = Read(values, "max-streams-per-principal"),
        AllStreams = Read(values, "max-streams"),
    };

    public static ShareLimits AgentShares(SettingValues values) => UsualAgents with
    {
        Calls = new Budget(Read(values, "max-agent-calls-per-second"), Read(values, "max-agent-calls-per-second")),
        Subscriptions = new Budget(Read(values, "max-registrations-per-second"), 10L * Read(values, "max-registrations-per-second")),
        Streams = Read(values, "max-agents-per-principal"),
        AllStreams = Read(values, "max-agents"),
    };

    private static int Read(SettingValues values, string name) => (int)values.Number(name, 1, Highest);

    private static Setting Limit(string name, long usual, string description) =>
        new(name, "NUMBER", usual.ToString(CultureInfo.InvariantCulture), description);
}
