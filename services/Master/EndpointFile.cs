namespace DataPlatform.Services.Master;

/// <summary>The file 'endpoint' in the work directory: one line that says where this master listens, while it does.</summary>
internal static class EndpointFile
{
    public static async Task WriteAsync(string workDirectory, string endpoint)
    {
        var path = Path.Combine(workDirectory, "endpoint");
        var temporary = path + ".new";
        await File.WriteAllTextAsync(temporary, endpoint + "\n");
        File.Move(temporary, path, overwrite: true);
    }

    public static void Remove(string workDirectory) => File.Delete(Path.Combine(workDirectory, "endpoint"));
}
