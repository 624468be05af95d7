namespace DataPlatform.Services.Hosting.Files;

/// <summary>The file 'endpoint' in a work directory: one line that says where its service listens.</summary>
public static class EndpointFile
{
    public static void Write(string workDirectory, string endpoint) => AtomicFile.Write(In(workDirectory), endpoint + "\n", AtomicFile.ReadableByAll);

    public static void Remove(string workDirectory) => File.Delete(In(workDirectory));

    private static string In(string workDirectory) => Path.Combine(workDirectory, "endpoint");
}
