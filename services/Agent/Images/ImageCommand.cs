using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Agent.Images;

/// <summary>What a task's command and its image's come down to: a program and its words.</summary>
internal static class ImageCommand
{
    /// <exception cref="InvalidOperationException">Neither says what is to be run.</exception>
    public static IReadOnlyList<string> Of(CommandInfo command, ImageRequest request, ContainerImage image)
    {
        IReadOnlyList<string> words = command.Shell ? ["/bin/sh", "-c", command.Value]
            : request.AsDocker ? [.. request.EntryPoint is { } own ? [own] : image.EntryPoint, .. OfDocker(command, request, image)]
            : OfMesos(command, image);
        return words.Count > 0 && words[0].Length > 0
            ? words
            : throw new InvalidOperationException("task.command names no program, and neither does the image: it has no entrypoint and no command");
    }

    /// <summary>As to <c>docker run IMAGE</c>: any words replace the image's command, none its entrypoint. An entrypoint of one's own has no words but one's own.</summary>
    private static IReadOnlyList<string> OfDocker(CommandInfo command, ImageRequest request, ContainerImage image) => command switch
    {
        { Value.Length: > 0 } => [command.Value, .. command.Arguments],
        { Arguments.Count: > 0 } => command.Arguments,
        _ => request.EntryPoint is null ? image.Command : [],
    };

    /// <summary>As to Mesos's own containers: a value is the program, arguments alone are words for the image's.</summary>
    private static IReadOnlyList<string> OfMesos(CommandInfo command, ContainerImage image) => command switch
    {
        { Value.Length: > 0 } => [command.Value, .. command.Arguments.Skip(1)],
        { Arguments.Count: > 0 } => image.EntryPoint.Count > 0 ? [.. image.EntryPoint, .. command.Arguments] : [.. image.Command.Take(1), .. command.Arguments],
        _ => [.. image.EntryPoint, .. image.Command],
    };
}
