using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Networks;

namespace DataPlatform.Services.Agent.Images;

using DockerInfo = ContainerInfo.Types.DockerInfo;

/// <summary>What of a container that is to be made from an image this agent can't give. Each rule answers why not, or null.</summary>
internal static class ImageRules
{
    private const string Container = "task.container";
    private const string Docker = Container + ".docker";
    private static readonly string[] Parameters = ["entrypoint", "env", "workdir"];

    public static string? WhyNot(TaskInfo task)
    {
        if (task.Container is not { } container || !ImageRequest.IsMade(container))
            return null;
        return WhyNotKind(container)
            ?? (container.Docker is { } docker ? WhyNotDocker(docker, task.Resources) : WhyNotImage(container.Mesos.Image))
            ?? WhyNotCommand(task.Command, container.Docker is not null);
    }

    private static string? WhyNotKind(ContainerInfo container) => container switch
    {
        { Type: ContainerInfo.Types.Type.Docker, Docker: null } => $"{Container}.type is DOCKER and {Docker} is missing",
        { Type: ContainerInfo.Types.Type.Docker, Mesos: not null } => $"{Container}.type is DOCKER and {Container}.mesos is there as well",
        { Type: ContainerInfo.Types.Type.Mesos, Docker: not null } => $"{Container}.type is MESOS and {Docker} is there: an image belongs to {Container}.mesos.image",
        _ => null,
    };

    private static string? WhyNotDocker(DockerInfo docker, IEnumerable<Resource> resources)
    {
        if (ImageName.Parse(docker.Image) is null)
            return NoName(Docker + ".image", docker.Image);
        if (docker.Privileged)
            return $"{Docker}.privileged: no task of this agent has rights over its host, whomever it runs as";
        if (docker.HasVolumeDriver)
            return $"{Docker}.volume_driver is not supported; volumes are folders of the host, of the sandbox or persistent";
        if (docker.Network == DockerInfo.Types.Network.User)
            return $"{Docker}.network USER is not supported; HOST, BRIDGE and NONE are allowed";
        if (docker.Network != DockerInfo.Types.Network.Bridge && docker.PortMappings.Count > 0)
            return $"{Docker}.port_mappings need the network BRIDGE; with HOST a task listens on its offered ports themselves";
        return PortMapping.WhyNot(docker, resources) ?? docker.Parameters.Select(WhyNotParameter).FirstOrDefault(why => why is not null);
    }

    private static string? WhyNotParameter(Parameter parameter) => parameter switch
    {
        _ when !Parameters.Contains(parameter.Key) => $"{Docker}.parameters: '{parameter.Key}' is not allowed; allowed are {string.Join(", ", Parameters)}",
        _ when parameter.Value.Contains('\0', StringComparison.Ordinal) => $"{Docker}.parameters: {parameter.Key} holds a NUL character",
        { Key: "env" } when parameter.Value.IndexOf('=', StringComparison.Ordinal) < 1 => $"{Docker}.parameters: env '{parameter.Value}' is not NAME=VALUE",
        { Key: "workdir" } when !IsPlain(parameter.Value) => $"{Docker}.parameters: workdir '{parameter.Value}' is not an absolute path without '.' and '..'",
        { Key: "entrypoint" } when parameter.Value.Length == 0 => $"{Docker}.parameters: entrypoint is empty",
        _ => null,
    };

    private static string? WhyNotImage(Image image) => image switch
    {
        { Type: not Image.Types.Type.Docker } or { Docker: null } => $"{Container}.mesos.image: only images of type DOCKER are supported, with their field docker",
        { Docker.Credential: not null } or { Docker.Config: not null } => $"{Container}.mesos.image.docker: credential and config are not supported; nobody logs in to a registry for a task",
        _ => ImageName.Parse(image.Docker.Name) is null ? NoName($"{Container}.mesos.image.docker.name", image.Docker.Name) : null,
    };

    private static string? WhyNotCommand(CommandInfo command, bool asDocker) =>
        command.Shell || command.Value.Length > 0 || command.Arguments.Count == 0 || command.Arguments[0].Length > 0 || asDocker
            ? null
            : "task.command.arguments begins with an empty word";

    private static string NoName(string field, string name) =>
        $"{field} '{(name.Length > 100 ? name[..100] + "..." : name)}' is no name of an image: [HOST[:PORT]/]PATH[:TAG][@sha256:DIGEST], PATH in lower case";

    internal static bool IsPlain(string path) =>
        path.StartsWith('/') && !path.Any(char.IsControl) && path.Length > 1 && path[1..].Split('/').All(part => part is not ("" or "." or ".."));
}
