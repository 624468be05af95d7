using DataPlatform.Core.Pool;
using DataPlatform.Services.Master.Security;

namespace DataPlatform.Services.Master.Endpoints;

/// <summary>A place for one more open stream of a caller's share.</summary>
internal static class StreamPlaces
{
    /// <summary>To be kept while the stream is open; null when the request was answered with why there is none now.</summary>
    public static async Task<IDisposable?> TakeAsync(HttpContext context, Shares shares, Caller caller)
    {
        if (shares.WhyNotSubscription(caller) is { } tooOften)
        {
            await Answers.RefuseForNowAsync(context, tooOften);
            return null;
        }

        if (shares.OpenStream(caller, out var tooMany) is { } place)
            return place;
        await Answers.RefuseForNowAsync(context, tooMany);
        return null;
    }
}
