using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Packages;

namespace DataPlatform.Operators.Tests.Sdk.Packages;

/// <summary>Environments made by the real pip from a wheel that the test writes.</summary>
public sealed class PythonEnvironmentsTests : IDisposable
{
    private const string WheelName = "dp_trial-1.0-py3-none-any.whl";
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Packs_what_pip_installs_compiled_and_without_pip_itself()
    {
        SkipWithoutVenv();
        WriteWheel();
        WriteRequirements(await Digest.OfFileAsync(folder.Below("wheels", WheelName), Cancellation));
        var store = Store();

        var ready = (await store.ResolveAsync(Needs, null, Cancellation)).ShouldBeOfType<ArtifactResolution.Ready>();

        var names = Names(store.Content.PathOf(Digest.Parse(ready.Artifacts.Python!.Digest)));
        names.ShouldContain("site-packages/dp_trial.py");
        names.ShouldContain(name => name.StartsWith("site-packages/__pycache__/dp_trial.", StringComparison.Ordinal));
        names.ShouldContain("share/dp_trial/readme");
        names.ShouldNotContain(name => name.StartsWith("site-packages/pip", StringComparison.Ordinal));
        names.ShouldBe(names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Shuts_out_the_distributions_of_the_host()
    {
        SkipWithoutVenv();
        WriteWheel();
        WriteRequirements(await Digest.OfFileAsync(folder.Below("wheels", WheelName), Cancellation));
        var store = Store();
        var ready = (ArtifactResolution.Ready)await store.ResolveAsync(Needs, null, Cancellation);
        await TarFile.ExtractToDirectoryAsync(
            store.Content.PathOf(Digest.Parse(ready.Artifacts.Python!.Digest)), Directory.CreateDirectory(folder.Below("python")).FullName, false, Cancellation);
        // The host's own distributions, as a path of that name before the packed ones are shut out.
        folder.Write("dist-packages/dp_of_the_host.py", "");

        var start = new ProcessStartInfo("/usr/bin/python3", ["-c", "import dp_trial, sys; print(dp_trial.VALUE, [path for path in sys.path if 'dist-packages' in path])"])
        {
            RedirectStandardOutput = true,
            Environment = { ["PYTHONPATH"] = $"{folder.Below("python", "site-packages")}:{folder.Below("dist-packages")}" },
        };
        using var process = Process.Start(start)!;
        (await process.StandardOutput.ReadToEndAsync(Cancellation)).ShouldBe("42 []\n");
    }

    [Fact]
    public async Task Builds_an_environment_once_for_all_who_ask_at_the_same_time_and_later()
    {
        SkipWithoutVenv();
        WriteWheel();
        WriteRequirements(await Digest.OfFileAsync(folder.Below("wheels", WheelName), Cancellation));

        var both = await Task.WhenAll(Store().ResolveAsync(Needs, null, Cancellation), Store().ResolveAsync(Needs, null, Cancellation));
        Directory.Delete(folder.Below("wheels"), recursive: true);
        var later = await Store().ResolveAsync(Needs, null, Cancellation);

        both.Append(later).Select(resolution => resolution.ShouldBeOfType<ArtifactResolution.Ready>().Artifacts.Python!.Digest).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Refuses_a_wheel_with_another_hash_and_names_it()
    {
        WriteWheel();
        WriteRequirements(Digest.Of("another"u8));

        var refused = (await Store().ResolveAsync(Needs, null, Cancellation)).ShouldBeOfType<ArtifactResolution.Mismatched>();

        await ShouldNameTheWheel(refused.Reason);
        Directory.Exists(folder.Below("store", "environments")).ShouldBeFalse();
    }

    [Fact]
    public async Task Refuses_a_wheel_with_another_hash_that_only_pip_looks_at()
    {
        SkipWithoutVenv();
        WriteWheel();
        WriteRequirements(Digest.Of("another"u8), "; python_version >= '3'");

        var refused = (await Store().ResolveAsync(Needs, null, Cancellation)).ShouldBeOfType<ArtifactResolution.Mismatched>();

        await ShouldNameTheWheel(refused.Reason);
    }

    private async Task ShouldNameTheWheel(string reason)
    {
        reason.ShouldContain("dp-trial==1.0");
        reason.ShouldContain(WheelName);
        reason.ShouldContain((await Digest.OfFileAsync(folder.Below("wheels", WheelName), Cancellation)).ToString());
        reason.ShouldContain(Digest.Of("another"u8).ToString());
    }

    public void Dispose() => folder.Dispose();

    private ArtifactNeeds Needs => new("trial", folder.Below("package"), Jars: false, Python: true);

    private static void SkipWithoutVenv() =>
        Assert.SkipUnless(Directory.Exists("/usr/share/python-wheels") || File.Exists("/usr/lib/python3.11/ensurepip/__init__.py"), "Debian's python3-venv is not installed");

    private static List<string> Names(string archive)
    {
        using var tar = new TarReader(File.OpenRead(archive));
        var names = new List<string>();
        while (tar.GetNextEntry() is { } entry)
            names.Add(entry.Name);
        return names;
    }

    private PackageStore Store() => new(new() { Folder = folder.Below("store"), Wheels = folder.Below("wheels") }, () => new("http://127.0.0.1:8080/"));

    private void WriteRequirements(Digest digest, string marker = "") => folder.Write("package/requirements.txt", $"dp-trial==1.0 {marker} --hash=sha256:{digest}\n");

    private void WriteWheel()
    {
        Directory.CreateDirectory(folder.Below("wheels"));
        using var zip = ZipFile.Open(folder.Below("wheels", WheelName), ZipArchiveMode.Create);
        (string Name, string Text)[] members =
        [
            ("dp_trial.py", "VALUE = 42\n"),
            ("dp_trial-1.0.data/data/share/dp_trial/readme", "for tests\n"),
            ("dp_trial-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: dp-trial\nVersion: 1.0\n"),
            ("dp_trial-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
            ("dp_trial-1.0.dist-info/RECORD", "dp_trial.py,,\ndp_trial-1.0.data/data/share/dp_trial/readme,,\ndp_trial-1.0.dist-info/METADATA,,\ndp_trial-1.0.dist-info/WHEEL,,\ndp_trial-1.0.dist-info/RECORD,,\n"),
        ];
        foreach (var (name, text) in members)
        {
            using var stream = zip.CreateEntry(name).Open();
            stream.Write(Encoding.UTF8.GetBytes(text));
        }
    }
}
