namespace DataPlatform.Services.Cli.Progress;

/// <summary>Ctrl-C ends the watching, never what is watched: who pressed it learns what goes on and how to look at it again.</summary>
public static class Watching
{
    /// <exception cref="WatchEndedException">Whoever watches has ended that.</exception>
    public static async Task<T> OrGoesOnAsync<T>(this Task<T> watching, string goesOn, CancellationToken cancellation)
    {
        try
        {
            return await watching;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw new WatchEndedException(goesOn);
        }
    }

    /// <inheritdoc cref="OrGoesOnAsync{T}"/>
    public static Task OrGoesOnAsync(this Task watching, string goesOn, CancellationToken cancellation) => WithResultAsync(watching).OrGoesOnAsync(goesOn, cancellation);

    private static async Task<bool> WithResultAsync(Task watching)
    {
        await watching;
        return true;
    }
}
