using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Networks;

namespace DataPlatform.Services.Agent.Images;

using DockerInfo = ContainerInfo.Types.DockerInfo;

/// <summary>What a task asks for that is to run from an image; only of one that <see cref="ImageRules"/> has nothing against.</summary>
/// <param name="Fresh">Not to be taken from what the agent has already.</param>
/// <param name="AsDocker">The words of its command mean what they mean to Docker, not what they mean to Mesos's own containers.</param>
internal sealed record ImageRequest(ImageName Image, bool Fresh, bool AsDocker)
{
    /// <summary>In place of the image's own; null: that one.</summary>
    public string? EntryPoint { get; private init; }

    /// <summary>In place of the image's own; null: that one.</summary>
    public string? WorkingDirectory { get; private init; }

    /// <summary>Beside the image's own.</summary>
    public IReadOnlyList<(string Name, string Value)> Environment { get; private init; } = [];

    public TaskNetwork Network { get; private init; } = new TaskNetwork.OfHost();

    public static bool IsMade(ContainerInfo? container) =>
        container is not null && (container.Type == ContainerInfo.Types.Type.Docker || container.Docker is not null || container.Mesos?.Image is not null);

    /// <summary>Null for a task that runs from this host's files.</summary>
    public static ImageRequest? Of(ContainerInfo? container)
    {
        if (!IsMade(container))
            return null;
        if (container!.Docker is not { } docker)
            return new ImageRequest(ImageName.Parse(container.Mesos.Image.Docker.Name)!, !container.Mesos.Image.Cached, AsDocker: false);
        return new ImageRequest(ImageName.Parse(docker.Image)!, docker.ForcePullImage, AsDocker: true)
        {
            EntryPoint = ParameterOf(docker, "entrypoint"),
            WorkingDirectory = ParameterOf(docker, "workdir"),
            Environment = [.. docker.Parameters.Where(each => each.Key == "env").Select(each => each.Value.Split('=', 2)).Select(parts => (parts[0], parts[1]))],
            Network = docker.Network switch
            {
                DockerInfo.Types.Network.None => new TaskNetwork.None(),
                DockerInfo.Types.Network.Bridge => new TaskNetwork.Bridge(PortMapping.Of(docker)),
                _ => new TaskNetwork.OfHost(),
            },
        };
    }

    private static string? ParameterOf(DockerInfo docker, string key) => docker.Parameters.LastOrDefault(each => each.Key == key)?.Value;
}
