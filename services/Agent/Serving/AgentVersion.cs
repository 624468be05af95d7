namespace DataPlatform.Services.Agent.Serving;

internal static class AgentVersion
{
    public static readonly string Text = typeof(AgentVersion).Assembly.GetName().Version?.ToString(3) ?? "0";
}
