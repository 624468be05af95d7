using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Launching;

namespace DataPlatform.Services.Agent.Fetching;

internal sealed class Fetcher
{
    public Task FetchAsync(IReadOnlyList<CommandInfo.Types.URI> uris, string sandbox, HostUser? owner, CancellationToken cancellation) =>
        uris.Count == 0 ? Task.CompletedTask : throw new LaunchException("Fetching URIs is not supported yet");
}
