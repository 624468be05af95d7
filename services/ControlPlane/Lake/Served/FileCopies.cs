using System.Security.Cryptography;
using System.Text;

namespace DataPlatform.Services.ControlPlane.Lake.Served;

/// <summary>
/// Copies of files that clusters serve, in a folder of the control plane's own. One is of a file as it was at a time: of another length or time it is another. Those that were not asked for for longest go
/// where there is no room left. Thread-safe.
/// </summary>
public sealed class FileCopies(string folder, WebHdfs reader, long most = 1024L * 1024 * 1024) : IDisposable
{
    private const string Unfinished = ".part";
    private readonly SemaphoreSlim gate = new(1);

    /// <param name="files">Together not larger than there is room for.</param>
    /// <returns>The same, each with its copy.</returns>
    /// <exception cref="IOException">One can't be read.</exception>
    public async Task<IReadOnlyList<ListedFile>> OfAsync(FileServer server, IReadOnlyList<ListedFile> files, CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var copies = files.Select(file => file with { Copy = Path.Combine(folder, Name(server, file)) }).ToList();
            MakeRoom(copies);
            foreach (var file in copies)
                await BringAsync(server, file, cancellation);
            return copies;
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose() => gate.Dispose();

    private static string Name(FileServer server, ListedFile file) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{server.ClusterId}\n{file.Path}\n{file.Length}\n{file.ModifiedAt.ToUnixTimeMilliseconds()}")));

    private void MakeRoom(List<ListedFile> wanted)
    {
        var kept = new DirectoryInfo(folder).GetFiles().ToDictionary(file => file.FullName);
        var room = most - wanted.Where(file => !kept.ContainsKey(file.Copy!)).Sum(file => file.Length) - kept.Values.Sum(file => file.Length);
        foreach (var old in kept.Values.Where(file => wanted.TrueForAll(one => one.Copy != file.FullName)).OrderByDescending(file => file.Extension == Unfinished).ThenBy(file => file.LastWriteTimeUtc))
        {
            if (room >= 0 && old.Extension != Unfinished) break;
            room += old.Length;
            old.Delete();
        }
    }

    private async Task BringAsync(FileServer server, ListedFile file, CancellationToken cancellation)
    {
        if (!File.Exists(file.Copy))
        {
            // Whoever answers queries opens it as another user, who can't look into the folder.
            var mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
            await using (var copy = new FileStream(file.Copy + Unfinished, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = mode }))
                await reader.CopyAsync(server, file, copy, cancellation);
            File.Move(file.Copy + Unfinished, file.Copy!, overwrite: true);
        }

        // When it was last asked for.
        File.SetLastWriteTimeUtc(file.Copy!, DateTime.UtcNow);
    }
}
