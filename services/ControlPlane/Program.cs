using DataPlatform.Services.ControlPlane.Hosting;
using DataPlatform.Services.ControlPlane.Lake.Sql;
using DataPlatform.Services.ControlPlane.Leading;
using DataPlatform.Services.ControlPlane.Settings;
using DataPlatform.Services.Hosting.Files;
using DataPlatform.Services.Hosting.Processes;

if (args is [SqlProcess.Argument])
    return SqlProcess.Run(Console.OpenStandardInput(), Console.OpenStandardOutput());

return await ServiceProgram.RunAsync(ControlPlaneSettings.All, args, async values =>
{
    var given = ControlPlaneSettings.From(values);
    WorkDirectory.Create("work-dir", given.WorkDir, AtomicFile.OwnerFolder);
    using var held = WorkDirectory.Lock("work-dir", given.WorkDir);
    await using var app = ControlPlaneApplication.Build(given);
    var parts = app.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToList();
    var leadership = app.Services.GetRequiredService<Leadership>();
    await app.RunAsync();
    // A part that failed stops the whole host: whoever started it must not take that for a stop that was asked for.
    return leadership.HasFailed || parts.Any(part => part.ExecuteTask is { IsFaulted: true }) ? 1 : 0;
});
