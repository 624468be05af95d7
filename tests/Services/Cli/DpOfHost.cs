using DataPlatform.Services.Cli;
using DataPlatform.Services.ControlPlane.Storage;
using DataPlatform.Services.Tests.ControlPlane;

namespace DataPlatform.Services.Tests.Cli;

/// <summary><c>dp</c> as it is set up for a control plane.</summary>
internal static class DpOfHost
{
    public static async Task<(int Code, string Output, string Error)> DpAsync(this ControlPlaneHost host, params string[] arguments)
    {
        var configuration = Path.GetTempFileName();
        var token = host.Get<TokenStore>().Create(TokenStore.Bearer, "dp", "tester", TimeSpan.FromHours(1));
        await File.WriteAllTextAsync(configuration, $$"""{"control_plane":"{{host.Url}}","token":"{{token}}"}""");
        try
        {
            var (output, error) = (new StringWriter(), new StringWriter());
            var surroundings = new Surroundings(output, error, name => name == "DP_CONFIG" ? configuration : null, Interactive: false, TimeProvider.System);
            return (await CommandTree.RunAsync(arguments, surroundings, CancellationToken.None), output.ToString(), error.ToString());
        }
        finally
        {
            File.Delete(configuration);
        }
    }
}
