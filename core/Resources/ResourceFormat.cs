namespace DataPlatform.Core.Resources;

/// <summary>The two ways the wire tells reservations.</summary>
public enum ResourceFormat
{
    /// <summary><c>reservations</c>, and no <c>role</c>: for frameworks with the capability RESERVATION_REFINEMENT and between master and agent.</summary>
    Refined,

    /// <summary><c>role</c> ("*" when unreserved) and <c>reservation</c>: for older frameworks and the operator API's totals.</summary>
    WithRole,
}
