using DataPlatform.Services.ControlPlane.Clusters;
using Microsoft.AspNetCore.Components;

namespace DataPlatform.Services.ControlPlane.WebConsole.Parts;

/// <summary>A page that shows how things are now: it looks again soon after something of a cluster changes, and every two seconds.</summary>
public abstract class LivePage : ComponentBase, IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>So long changes are gathered: many clusters that come up at once are one look.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(100);

    private ITimer? timer;
    private int gathers;
    private bool isLeft;

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
        isLeft = true;
        Changes.Changed -= OnChanged;
        timer?.Dispose();
        GC.SuppressFinalize(this);
    }

    private void OnChanged(string clusterId)
    {
        if (Interlocked.Exchange(ref gathers, 1) == 0)
            _ = InvokeAsync(LookAgain);
    }

    private async Task LookAgain()
    {
        await Task.Delay(Gathering, Time);
        gathers = 0;
        if (isLeft) return;
        Load();
        StateHasChanged();
    }
}
