using DataPlatform.Services.ControlPlane.Hosting;
using DataPlatform.Services.ControlPlane.Settings;

return await ControlPlaneCommand.Create(async settings =>
{
    await using var app = ControlPlaneApplication.Build(settings);
    await app.RunAsync();
    return 0;
}).Parse(args).InvokeAsync(new System.CommandLine.InvocationConfiguration { ProcessTerminationTimeout = null });
