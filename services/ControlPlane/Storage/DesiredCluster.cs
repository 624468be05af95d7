using System.Text.Json.Nodes;

namespace DataPlatform.Services.ControlPlane.Storage;

/// <summary>What a person asked for; how it is reached is the operator's business.</summary>
/// <param name="Id">Unique for ever; a name may be used again after deletion.</param>
/// <param name="DeleteRequestedAt">When somebody, or the end of the lifetime, asked for its deletion.</param>
/// <param name="DeletedAt">When the operator had nothing left of it.</param>
public sealed record DesiredCluster(
    string Id, string Name, string Package, string Version, string Owner, JsonObject Options, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt,
    DateTimeOffset? DeleteRequestedAt = null, string? DeleteReason = null, DateTimeOffset? DeletedAt = null);
