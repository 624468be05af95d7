namespace DataPlatform.Core.Client.ControlPlane;

/// <summary>Something that lets in: <c>GET /api/v1/tokens</c>. What it is itself is shown once, when it is made.</summary>
/// <param name="Kind"><c>bearer</c> for programs, <c>session</c> for a browser that is signed in.</param>
/// <param name="Principal">Whose it is.</param>
/// <param name="Asks">It is what lets this question in.</param>
public sealed record TokenView(string Id, string Name, string Kind, string Principal, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, bool Asks);

/// <summary>Asks for a token: <c>POST /api/v1/tokens</c>.</summary>
/// <param name="Name">What it is for: 1 to 40 letters, digits, dots, dashes and underscores.</param>
/// <param name="Days">After how many it ends, 1 to 365.</param>
public sealed record TokenRequest(string Name, int Days);

/// <param name="Secret">The token itself, which is shown never again.</param>
public sealed record NewToken(string Id, string Name, string Secret, DateTimeOffset ExpiresAt);

/// <summary>What somebody did: <c>GET /api/v1/audit</c>.</summary>
/// <param name="Sequence">From 1, one more each.</param>
public sealed record AuditEntryView(long Sequence, DateTimeOffset At, string Actor, string Action, string Target, string Detail);

/// <summary>Whether all that is written down is as it was written: <c>GET /api/v1/audit/check</c>.</summary>
/// <param name="FirstBroken">The first entry that was changed, or stands where one is missing; null when there is none.</param>
public sealed record AuditCheck(long Entries, long? FirstBroken);
