using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.Cli.Progress;

/// <summary>Shows people a cluster on its way: drawn live in a terminal, line by line elsewhere.</summary>
public interface IProgressDisplay
{
    Task ShowAsync(ClusterDetail cluster);
}
