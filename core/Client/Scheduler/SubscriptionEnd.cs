namespace DataPlatform.Core.Client.Scheduler;

/// <summary>Why a master ended a subscription for good.</summary>
public enum SubscriptionEnd
{
    /// <summary>The framework was torn down or was away for too long. It can subscribe again as a new one.</summary>
    FrameworkRemoved,

    /// <summary>Another scheduler has subscribed with the framework's id.</summary>
    FailedOver,

    /// <summary>The master takes no such framework: repeating can't mend it.</summary>
    Refused,
}

/// <summary>What the text of an ERROR event means. The v1 API gives schedulers nothing but the text; this is the one place that reads it.</summary>
internal static class SubscriptionEnds
{
    public static SubscriptionEnd Of(string message) =>
        message.Contains("has been removed", StringComparison.OrdinalIgnoreCase) || message.Contains("torn down", StringComparison.OrdinalIgnoreCase) || message.Contains("was removed", StringComparison.OrdinalIgnoreCase)
            ? SubscriptionEnd.FrameworkRemoved
        : message.Contains("failed over", StringComparison.OrdinalIgnoreCase) ? SubscriptionEnd.FailedOver
        : SubscriptionEnd.Refused;
}
