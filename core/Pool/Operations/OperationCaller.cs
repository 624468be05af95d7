namespace DataPlatform.Core.Pool;

/// <summary>Who asks for an operation on resources.</summary>
/// <param name="Role">The role of the offer; null for an operator, who may reserve to any role.</param>
/// <param name="Principal">As whom the caller is known; null without authentication.</param>
/// <param name="MayShare">The framework knows shared volumes.</param>
internal sealed record OperationCaller(string? Role, string? Principal, bool MayShare);
