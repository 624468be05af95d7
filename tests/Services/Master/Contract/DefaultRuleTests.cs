using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using DataPlatform.Core.Pool;

namespace DataPlatform.Services.Tests.Master.Contract;

/// <summary>Settings that nobody gave are Mesos's, so that what was tuned for the one runs on the other.</summary>
public sealed partial class DefaultRuleTests
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> Helps = new();

    [Theory]
    [InlineData("dp-master", "port", "5050")]
    [InlineData("dp-master", "agent-ping-timeout", "15secs")]
    [InlineData("dp-master", "max-agent-ping-timeouts", "5")]
    [InlineData("dp-master", "agent-reregister-timeout", "10mins")]
    [InlineData("dp-master", "allocation-interval", "1secs")]
    [InlineData("dp-master", "min-allocatable-resources", "cpus:0.01|mem:32")]
    [InlineData("dp-agent", "port", "5051")]
    [InlineData("dp-agent", "registration-backoff-factor", "1secs")]
    [InlineData("dp-agent", "executor-registration-timeout", "1mins")]
    [InlineData("dp-agent", "executor-shutdown-grace-period", "5secs")]
    [InlineData("dp-agent", "recovery-timeout", "15mins")]
    [InlineData("dp-agent", "gc-delay", "1weeks")]
    [InlineData("dp-agent", "gc-disk-headroom", "0.1")]
    [InlineData("dp-agent", "fetcher-cache-size", "2GB")]
    [InlineData("dp-agent", "fetcher-stall-timeout", "1mins")]
    public async Task A_setting_that_is_not_given_is_that_of_Mesos(string program, string name, string value)
    {
        var help = await Helps.GetOrAdd(program, static name => new(() => HelpAsync(name))).Value;

        var line = help.Split('\n').Single(each => each.TrimStart().StartsWith($"--{name} ", StringComparison.Ordinal));
        Default().Match(line).Groups[1].Value.ShouldBe(value);
    }

    [Fact]
    public void As_much_history_is_kept_as_Mesos_keeps()
    {
        var settings = new PoolSettings();

        (settings.CompletedFrameworksKept, settings.CompletedTasksKept, settings.UnreachableTasksKept).ShouldBe((50, 1000, 1000));
    }

    private static async Task<string> HelpAsync(string program)
    {
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, program), ["--help"]) { RedirectStandardOutput = true })!;
        var help = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return help;
    }

    [GeneratedRegex(@"\(default (.*)\)$")]
    private static partial Regex Default();
}
