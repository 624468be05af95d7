using DataPlatform.Services.ControlPlane.Hosting;
using DataPlatform.Services.ControlPlane.Settings;
using DataPlatform.Services.Hosting.Processes;

return await ServiceProgram.RunAsync(ControlPlaneSettings.All, args, async values =>
{
    await using var app = ControlPlaneApplication.Build(ControlPlaneSettings.From(values));
    await app.RunAsync();
    return 0;
});
