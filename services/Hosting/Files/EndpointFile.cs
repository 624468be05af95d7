using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Hosting.Files;

/// <summary>The file 'endpoint' in a work directory: one line that says where its service listens.</summary>
public static class EndpointFile
{
    public static void Write(string workDirectory, string endpoint) => AtomicFile.Write(In(workDirectory), endpoint + "\n", AtomicFile.ReadableByAll);

    /// <summary>A full disk must not keep a service from serving what it can: the log tells of it then.</summary>
    public static void TryWrite(string workDirectory, string endpoint, ILogger log)
    {
        var path = In(workDirectory);
        try
        {
            if (!File.Exists(path) || File.ReadAllText(path) != endpoint + "\n")
                Write(workDirectory, endpoint);
        }
        catch (IOException error)
        {
            log.LogError("{Path} can't be written: {Reason}", path, error.Message);
        }
    }

    public static void Remove(string workDirectory) => File.Delete(In(workDirectory));

    private static string In(string workDirectory) => Path.Combine(workDirectory, "endpoint");
}
