using System.Text.RegularExpressions;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Access;

/// <summary>Gives out tokens for programs and ends what lets in.</summary>
public sealed partial class TokenDesk(TokenStore tokens, AuditLog audit)
{
    public const int MostDays = 365;
    private const int MostOfOne = 100;
    private const string NameAllowed = "1 to 40 letters, digits, dots, dashes and underscores, a letter or digit first";

    /// <param name="asking">What lets the question in; null when nothing is known of it.</param>
    public IReadOnlyList<TokenView> List(string? asking) =>
        [.. tokens.List().Select(token => new TokenView(token.Id, token.Name, token.Kind, token.Principal, token.CreatedAt, token.ExpiresAt, token.Id == asking))];

    /// <summary>One of both.</summary>
    public (NewToken? Made, Problem? Problem) Create(TokenRequest request, string principal)
    {
        var wrong = new List<FieldProblem>();
        if (!Name().IsMatch(request.Name ?? ""))
            wrong.Add(new FieldProblem("name", "can't be a token's name", NameAllowed));
        if (request.Days is < 1 or > MostDays)
            wrong.Add(new FieldProblem("days", "out of range", $"1 to {MostDays}"));
        if (wrong.Count > 0)
            return (null, new Problem("The request is not valid", 400, null, wrong));
        var own = tokens.List().Where(token => token.Kind == TokenStore.Bearer && token.Principal == principal).ToList();
        if (own.Exists(token => token.Name == request.Name))
            return (null, new Problem("There is a token of this name", 409, $"Revoke '{request.Name}' first, or take another name.", null));
        if (own.Count >= MostOfOne)
            return (null, new Problem("Too many tokens", 409, $"{principal} has {own.Count}; revoke one that nothing uses.", null));
        var secret = tokens.Create(TokenStore.Bearer, request.Name!, principal, TimeSpan.FromDays(request.Days));
        var made = tokens.Find(TokenStore.Bearer, secret)!;
        audit.Add(principal, "create-token", request.Name!, $"{request.Days} days");
        return (new NewToken(made.Id, made.Name, secret, made.ExpiresAt), null);
    }

    /// <returns>False when there is none of this id.</returns>
    public bool Revoke(string id, string principal)
    {
        if (tokens.List().FirstOrDefault(token => token.Id == id) is not { } ended || !tokens.Remove(id)) return false;
        audit.Add(principal, ended.Kind == TokenStore.Session ? "end-session" : "revoke-token", ended.Name, $"of {ended.Principal}");
        return true;
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,39}\z")]
    private static partial Regex Name();
}
