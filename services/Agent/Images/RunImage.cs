namespace DataPlatform.Services.Agent.Images;

/// <summary>Which image a run uses, in its run's folder: for an agent that takes the run up.</summary>
internal static class RunImage
{
    private const string Name = "image";

    public static void Write(string runDirectory, ContainerImage image) => File.WriteAllText(Path.Combine(runDirectory, Name), image.Inspection);

    /// <summary>Null for a run from this host's files, or when what was written can't be read any more.</summary>
    public static ContainerImage? Read(string runDirectory)
    {
        try
        {
            return Path.Combine(runDirectory, Name) is var file && File.Exists(file) ? ContainerImage.Parse(File.ReadAllText(file)) : null;
        }
        catch (Exception problem) when (problem is IOException or FormatException)
        {
            return null;
        }
    }
}
