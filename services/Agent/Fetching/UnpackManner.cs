using DataPlatform.Services.Agent.Launching;

namespace DataPlatform.Services.Agent.Fetching;

/// <summary>Whose the members of an archive become.</summary>
/// <param name="Sealed">For the cache: nobody may write them, and all bear the cache's time.</param>
/// <param name="Owner">Null: the agent's own user.</param>
/// <param name="Kept">Told the size of each part that has been written; may refuse it.</param>
internal sealed record UnpackManner(bool Sealed, HostUser? Owner, Action<long>? Kept);
