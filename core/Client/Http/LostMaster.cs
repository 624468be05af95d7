namespace DataPlatform.Core.Client.Http;

/// <summary>Why a master could not be asked, for people.</summary>
public static class LostMaster
{
    public static string Describe(Uri master, Exception error) => error switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => $"no master answers at {Text(master)}",
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => $"the master's host {master.Host} is not known here",
        _ => $"the master at {Text(master)} can't be asked: {error.Message}",
    };

    private static string Text(Uri master) => master.GetLeftPart(UriPartial.Authority);
}
