using DataPlatform.Core.Journal;

namespace DataPlatform.Services.Master;

/// <summary>What a master can do now.</summary>
public abstract record MasterCondition
{
    private MasterCondition()
    {
    }

    /// <summary>Frameworks and agents are served.</summary>
    public abstract bool IsHealthy { get; }

    /// <summary>For people, one sentence.</summary>
    public abstract string Text { get; }

    public sealed record Leading : MasterCondition
    {
        public override bool IsHealthy => true;

        public override string Text => "leading";
    }

    /// <summary>Sends everyone to the master that leads; takes over when that one is gone.</summary>
    public sealed record Following(Leader Leader) : MasterCondition
    {
        public override bool IsHealthy => true;

        public override string Text => $"following {Leader.Address}";
    }

    /// <summary>Serves nobody yet. <paramref name="Reason"/>: why it takes long, when it does.</summary>
    public sealed record Recovering(string? Reason) : MasterCondition
    {
        public override bool IsHealthy => false;

        public override string Text => Reason is null
            ? "The master is still recovering; try again"
            : $"The master is still recovering: {Reason}";
    }

    /// <summary>Leads, answers reads and keeps offers flowing, and refuses whatever would have to be durable.</summary>
    public sealed record NotWriting(string Reason) : MasterCondition
    {
        public override bool IsHealthy => false;

        public override string Text => $"The master leads, but its journal can't be written, so no framework or agent can join: {Reason}";
    }
}
