using DataPlatform.Services.ControlPlane.Clusters;
using Microsoft.AspNetCore.Components;

namespace DataPlatform.Services.ControlPlane.WebConsole.Parts;

/// <summary>A page that shows how things are now: it looks again whenever something of a cluster changes, and every two seconds.</summary>
public abstract class LivePage : ComponentBase, IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private ITimer? timer;

    [Inject] protected ClusterChanges Changes { get; set; } = null!;

    [Inject] protected TimeProvider Time { get; set; } = null!;

    /// <summary>Reads what is shown.</summary>
    protected abstract void Load();

    protected override void OnInitialized()
    {
        Load();
        Changes.Changed += OnChanged;
        timer = Time.CreateTimer(_ => OnChanged(""), null, Pause, Pause);
    }

    public void Dispose()
    {
        Changes.Changed -= OnChanged;
        timer?.Dispose();
        GC.SuppressFinalize(this);
    }

    private void OnChanged(string clusterId) => _ = InvokeAsync(() =>
    {
        Load();
        StateHasChanged();
    });
}
