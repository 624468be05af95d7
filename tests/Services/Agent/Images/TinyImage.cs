using System.Diagnostics;
using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace DataPlatform.Services.Tests.Agent.Images;

/// <summary>An image of a few programs of this host and what they load, as <c>docker save</c> writes one; made without a network.</summary>
internal sealed class TinyImage
{
    private static readonly string[] Programs = ["/bin/dash", "/bin/cat", "/bin/ls", "/bin/rm", "/bin/sleep", "/usr/bin/id", "/usr/bin/perl"];
    // The same content has the same digest whenever it is asked for.
    private static readonly DateTimeOffset Made = DateTimeOffset.UnixEpoch;
    private static readonly Lazy<byte[]> ProgramLayer = new(MakeProgramLayer);

    public List<string> EntryPoint { get; init; } = [];

    public List<string> Command { get; init; } = [];

    public List<string> Environment { get; init; } = ["PATH=/bin", "GREETING=of the image", "MESOS_TASK_ID=forged"];

    public string WorkingDirectory { get; init; } = "";

    public string Greeting { get; init; } = "hello";

    /// <summary>The layers, the lowest first, uncompressed.</summary>
    public IReadOnlyList<byte[]> Layers => [ProgramLayer.Value, Layer(tar =>
    {
        Add(tar, "greeting", Encoding.UTF8.GetBytes(Greeting + "\n"));
        Add(tar, "etc/passwd", Encoding.UTF8.GetBytes("root:x:0:0:root:/root:/bin/sh\nimaged:x:4711:4711::/:/bin/sh\n"));
        // As an image may have them: where something is mounted a link leads elsewhere, by its own root.
        Link(tar, "mnt", "/media");
        Folder(tar, "media");
        // What a lower layer has is hidden.
        Add(tar, "etc/.wh.hidden", []);
    })];

    public byte[] Configuration => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["architecture"] = "amd64",
        ["os"] = "linux",
        ["config"] = new JsonObject
        {
            ["Env"] = Words(Environment), ["Entrypoint"] = Words(EntryPoint), ["Cmd"] = Words(Command), ["WorkingDir"] = WorkingDirectory, ["User"] = "0",
        },
        ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = Words(Layers.Select(DigestOf)) },
    }.ToJsonString());

    public static string DigestOf(byte[] content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));

    public void Save(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var names = Layers.Select((_, index) => $"{index}/layer.tar").ToList();
        var manifest = new JsonArray(new JsonObject { ["Config"] = "config.json", ["RepoTags"] = Words(["tiny:latest"]), [nameof(Layers)] = Words(names) });
        File.WriteAllBytes(path, Layer(tar =>
        {
            Add(tar, "config.json", Configuration);
            foreach (var (layer, name) in Layers.Zip(names))
                Add(tar, name, layer);
            Add(tar, "manifest.json", Encoding.UTF8.GetBytes(manifest.ToJsonString()));
        }));
    }

    private static byte[] MakeProgramLayer() => Layer(tar =>
    {
        Add(tar, "etc/hidden", "hidden"u8.ToArray());
        foreach (var program in Programs)
            Add(tar, "bin/" + (program == "/bin/dash" ? "sh" : Path.GetFileName(program)), File.ReadAllBytes(program), executable: true);
        foreach (var library in Programs.SelectMany(LibrariesOf).Distinct())
            Add(tar, library.TrimStart('/'), File.ReadAllBytes(library), executable: true);
    });

    private static IEnumerable<string> LibrariesOf(string program)
    {
        using var process = Process.Start(new ProcessStartInfo("ldd", [program]) { RedirectStandardOutput = true })!;
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return said.Split([' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries).Where(word => word.StartsWith('/')).ToList();
    }

    private static byte[] Layer(Action<TarWriter> fill)
    {
        using var content = new MemoryStream();
        using (var tar = new TarWriter(content, TarEntryFormat.Ustar, leaveOpen: true))
            fill(tar);
        return content.ToArray();
    }

    private static void Add(TarWriter tar, string name, byte[] content, bool executable = false) => tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name)
    {
        DataStream = new MemoryStream(content), Mode = (UnixFileMode)(executable ? 0x1ED : 0x1A4), ModificationTime = Made,
    });

    private static void Link(TarWriter tar, string name, string target) => tar.WriteEntry(new UstarTarEntry(TarEntryType.SymbolicLink, name) { LinkName = target, ModificationTime = Made });

    private static void Folder(TarWriter tar, string name) => tar.WriteEntry(new UstarTarEntry(TarEntryType.Directory, name) { Mode = (UnixFileMode)0x1ED, ModificationTime = Made });

    private static JsonArray Words(IEnumerable<string> words) => new([.. words.Select(each => (JsonNode)each)]);
}
