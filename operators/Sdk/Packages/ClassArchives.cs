using System.Formats.Tar;
using System.Globalization;
using System.Text;
using System.Text.Json;
using DataPlatform.Core.Protocol.Extensions;

namespace DataPlatform.Operators.Sdk.Packages;

/// <summary>
/// Archives of the classes that Java programs load (AppCDS): each is made once, of one program, one set of jars and one build of Java, by
/// running the program until it serves. A virtual machine that finds one not to fit starts without it, so a wrong one costs time alone.
/// </summary>
internal sealed class ClassArchives(PackageStoreOptions options, ContentStore store)
{
    // Changes when archives are to be made in another way.
    private const string Layout = "1";

    /// <summary>Seconds in which a program serves, or is ended: many, as it only gets what processor time nobody else wants.</summary>
    private const string Limit = "600";

    private const string Kind = "class-archives";

    /// <summary>Those that are there already, by program.</summary>
    public async Task<IReadOnlyDictionary<string, Digest>> KnownAsync(LockedPackage package, CancellationToken cancellation)
    {
        var known = new SortedDictionary<string, Digest>(StringComparer.Ordinal);
        if (package.Training is not { } training || JavaBuild() is not { } build)
            return known;
        foreach (var program in training.Programs)
        {
            if (await new StoreRecord(store, Kind, Key(package, training, program, build)).ReadAsync(cancellation) is { } digest)
                known[program.Name] = digest;
        }

        return known;
    }

    /// <summary>Makes what is not there; null, or why some could not be made.</summary>
    public async Task<string?> MakeAsync(LockedPackage package, Digest jars, CancellationToken cancellation)
    {
        if (package.Training is not { } training || JavaBuild() is not { } build)
            return null;
        using var held = await ItemLock.TakeAsync(store.Folder, $"{Kind}-{package.LockDigest}", cancellation);
        var known = await KnownAsync(package, cancellation);
        var missing = training.Programs.Where(program => !known.ContainsKey(program.Name)).ToList();
        if (missing.Count == 0)
            return null;
        var folder = Directory.CreateTempSubdirectory("dp-classes-");
        try
        {
            var owner = LakeOwner.Of(options.User);
            folder.UnixFileMode |= UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
            var unpacked = Path.Combine(folder.FullName, "jars");
            await UnpackAsync(jars, unpacked, cancellation);
            var problems = new List<string>();
            foreach (var program in missing)
            {
                // A folder for each, as in a sandbox: nothing that one leaves behind is found by the next.
                var own = Directory.CreateDirectory(Path.Combine(folder.FullName, "programs", program.Name)).FullName;
                owner.Own(own);
                var lent = Path.Combine(own, training.Jars);
                Directory.CreateDirectory(Path.GetDirectoryName(lent)!);
                Directory.Move(unpacked, lent);
                var archive = Path.Combine(own, "classes.jsa");
                if (await TrainAsync(program, own, archive, owner, cancellation) is { } problem)
                    problems.Add($"{program.Name}: {problem}");
                else
                    await TakeInAsync(archive, new StoreRecord(store, Kind, Key(package, training, program, build)), cancellation);
                Directory.Move(lent, unpacked);
            }

            return problems.Count == 0 ? null : string.Join("; ", problems);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task UnpackAsync(Digest jars, string folder, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        await TarFile.ExtractToDirectoryAsync(store.PathOf(jars), folder, overwriteFiles: false, cancellation);
        foreach (var jar in Directory.EnumerateFiles(folder))
            File.SetLastWriteTimeUtc(jar, FetchedFiles.Time);
    }

    private async Task<string?> TrainAsync(TrainedProgram program, string folder, string archive, LakeOwner owner, CancellationToken cancellation)
    {
        IReadOnlyList<string> arguments;
        try
        {
            arguments = TrainingFiles.Write(program, folder, owner);
        }
        catch (InvalidOperationException defect)
        {
            return defect.Message;
        }

        var trained = Run(program, folder, program.Script is { } script ? ["/bin/sh", script] : [], [$"-XX:ArchiveClassesAtExit={archive}"], arguments, line => line.Contains(program.Ready, StringComparison.Ordinal));
        if (await trained.RunAsync(cancellation) is ProgramOutcome.Failed failed)
            return failed.Reason;
        if (!File.Exists(archive))
            return "no archive was written";
        // With this the virtual machine ends where it would otherwise start without the archive.
        var check = Run(program, folder, [], ["-Xshare:on", $"-XX:SharedArchiveFile={archive}"], ["-version"], enough: null);
        return await check.RunAsync(cancellation) is ProgramOutcome.Failed unusable ? unusable.Reason : null;
    }

    private ProgramRun Run(TrainedProgram program, string folder, IEnumerable<string> shell, IEnumerable<string> further, IEnumerable<string> arguments, Func<string, bool>? enough)
    {
        // It is ended in any case, makes way for whatever else the host has to do, and is nobody that could harm.
        // The archive is written between the signal and the end, of all the time in which nothing is said.
        var grace = options.Patience.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
        List<string> frame = ["-s", "TERM", "-k", grace, Limit, "/usr/bin/nice", "-n", "19"];
        if (Environment.IsPrivilegedProcess)
            frame.AddRange(["/usr/bin/setpriv", $"--reuid={options.User}", "--regid=nogroup", "--clear-groups", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"]);
        return new ProgramRun("/usr/bin/timeout", options.Patience)
        {
            Arguments = [.. frame, .. shell, options.JavaProgram, .. program.Options, .. further, "-cp", program.ClassPath, .. arguments],
            Folder = folder,
            Environment = program.Environment.ToDictionary(pair => pair.Key, pair => (string?)pair.Value),
            Enough = enough,
        };
    }

    private async Task TakeInAsync(string archive, StoreRecord record, CancellationToken cancellation)
    {
        var scratch = store.NewScratchPath();
        File.Copy(archive, scratch);
        await record.WriteAsync(await store.MoveInAsync(scratch, cancellation), cancellation);
    }

    private static string Key(LockedPackage package, ClassTraining training, TrainedProgram program, string build) => Digest.Of(Encoding.UTF8.GetBytes(string.Join('\n',
        [Layout, build, package.LockDigest.ToString(), training.Jars, JsonSerializer.Serialize(program)]))).ToString();

    /// <summary>What the installation says of itself; null when there is no Java.</summary>
    private string? JavaBuild()
    {
        try
        {
            var program = new FileInfo(options.JavaProgram);
            var home = Path.GetDirectoryName(Path.GetDirectoryName((program.ResolveLinkTarget(returnFinalTarget: true) ?? program).FullName))!;
            return File.ReadAllText(Path.Combine(home, "release"));
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
