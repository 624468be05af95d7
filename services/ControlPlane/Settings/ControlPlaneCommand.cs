using System.CommandLine;

namespace DataPlatform.Services.ControlPlane.Settings;

/// <summary>The command line of <c>dp-control-plane</c>.</summary>
public static class ControlPlaneCommand
{
    public static RootCommand Create(Func<ControlPlaneSettings, Task<int>> run)
    {
        var config = new Option<string>("--config") { Description = "JSON file whose keys are the flags' names.", HelpName = "FILE" };
        var root = new RootCommand(
            "The part that people touch: REST, web console, desired clusters.\n"
            + "Every setting may also be given by the environment (DP_CONTROL_PLANE_WORK_DIR for --work-dir) or by --config; flags win.") { config };
        var options = Setting.All.ToDictionary(setting => setting.Name, setting => new Option<string>(setting.Flag)
        {
            Description = setting.Description + (setting.Default is { } value ? $" [default: {value}]" : ""),
            HelpName = setting.Placeholder,
        });
        foreach (var option in options.Values) root.Add(option);
        root.SetAction(async (result, _) =>
        {
            try
            {
                var flags = options.Where(option => result.GetValue(option.Value) is not null)
                    .ToDictionary(option => option.Key, option => result.GetValue(option.Value)!);
                var file = result.GetValue(config) ?? Environment.GetEnvironmentVariable("DP_CONTROL_PLANE_CONFIG");
                return await run(new SettingsReader(flags, Environment.GetEnvironmentVariable, file).Read());
            }
            catch (SettingsException refusal)
            {
                await Console.Error.WriteLineAsync("dp-control-plane: " + refusal.Message);
                return 2;
            }
        });
        return root;
    }
}
