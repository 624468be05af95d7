using System.Diagnostics;

namespace DataPlatform.Integration.Tests.ThirdParty;

/// <summary>Our small programs on Debian's mesos-go, compiled from the library's own sources without a network.</summary>
internal static class GoPrograms
{
    private const string Sources = "/usr/share/gocode";
    private static readonly string Library = Path.Combine(Sources, "src", "github.com", "mesos", "mesos-go");

    /// <summary>Why they can't be had; null when they are in the folder.</summary>
    public static async Task<string?> BuildAsync(string folder, params string[] names)
    {
        if (!Directory.Exists(Library)) return "mesos-go is not installed (apt-get install golang-go golang-github-mesos-mesos-go-dev)";
        try
        {
            foreach (var name in names)
            {
                var (status, output) = await RunAsync("go", ["build", "-o", Path.Combine(folder, name), Path.Combine(AppContext.BaseDirectory, "ThirdParty", $"{name}.go")], new()
                {
                    ["GO111MODULE"] = "off", ["GOPATH"] = Sources, ["GOPROXY"] = "off", ["GOFLAGS"] = "", ["CGO_ENABLED"] = "0",
                });
                status.ShouldBe(0, output);
            }
            return null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "go is not installed (apt-get install golang-go)";
        }
    }

    public static async Task<(int Status, string Output)> RunAsync(string program, string[] arguments, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, process.ExitCode == 0 ? output : output + await errors);
    }
}
