using System.Diagnostics;

namespace DataPlatform.Integration.Tests.Networks;

/// <summary>iproute2's program, which makes namespaces, links and rules.</summary>
internal static class Ip
{
    public static void Run(params string[] arguments)
    {
        var (code, text) = Try(arguments);
        if (code != 0) throw new InvalidOperationException($"ip {string.Join(' ', arguments)}: {text}");
    }

    public static string Read(params string[] arguments) => Try(arguments).Text;

    private static (int Code, string Text) Try(string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, text + errors.Result);
    }
}
