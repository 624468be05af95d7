using System.Text;
using System.Text.Encodings.Web;

namespace DataPlatform.Services.ControlPlane.Access;

/// <summary>A page that needs no file of the console, for who is not let in to those.</summary>
public static class PlainPage
{
    /// <summary>Whether a person's browser asks, and not a program.</summary>
    public static bool IsWanted(HttpRequest request) => HttpMethods.IsGet(request.Method) && request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal);

    public static string Encoded(string text) => HtmlEncoder.Default.Encode(text);

    /// <summary>Goes on to another page at once. Not a redirect: the next request then comes from this page's site and carries strict cookies.</summary>
    public static string GoOn(string url, string word) => $"<meta http-equiv=\"refresh\" content=\"0;url={Encoded(url)}\"><p>{Encoded(word)} <a href=\"{Encoded(url)}\">Continue</a></p>";

    /// <param name="body">As HTML.</param>
    public static IResult Of(int status, string title, string body) => Results.Content(
        $$"""
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{Encoded(title)}} · DataPlatform</title>
        <style>
          :root { color-scheme: light dark; }
          body { font: 16px/1.5 system-ui, sans-serif; margin: 0; min-height: 100vh; display: grid; place-items: center;
            background: light-dark(#f5f6f8, #14181f); color: light-dark(#1d2530, #e3e8ef); }
          main { width: min(25rem, calc(100vw - 2rem)); padding: 2rem; box-sizing: border-box; border-radius: 12px;
            background: light-dark(#fff, #1c222c); border: 1px solid light-dark(#dfe3e8, #2d3542); }
          h1 { font-size: 1.25rem; margin: 0 0 1rem; } code { font-size: .9em; }
          label { display: block; margin: 1.5rem 0 .35rem; font-weight: 600; }
          input { width: 100%; box-sizing: border-box; font: inherit; padding: .55rem .7rem; border-radius: 6px; border: 1px solid light-dark(#b6bfca, #465162);
            background: transparent; color: inherit; }
          button { margin-top: 1rem; width: 100%; font: inherit; font-weight: 600; padding: .6rem; border: 0; border-radius: 6px; background: #2457a6; color: #fff; cursor: pointer; }
          a { color: light-dark(#2457a6, #7fb0ff); }
          .refusal { padding: .6rem .8rem; border-radius: 6px; background: light-dark(#fdecec, #43242a); color: light-dark(#8a1f1f, #ffb9b9); }
        </style></head><body><main><h1>DataPlatform</h1>{{body}}</main></body></html>
        """,
        "text/html; charset=utf-8", Encoding.UTF8, status);
}
