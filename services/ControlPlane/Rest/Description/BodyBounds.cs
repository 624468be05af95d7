using System.Globalization;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Access;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Lake.Sql;
using Microsoft.OpenApi;

namespace DataPlatform.Services.ControlPlane.Rest.Description;

/// <summary>Between what numbers in bodies lie, as those who take them check it.</summary>
internal static class BodyBounds
{
    private static readonly Dictionary<(Type Body, string Member), (double Least, double Most)> Known = new()
    {
        [(typeof(LaunchRequest), "lifetime_seconds")] = (Lifetime.Least.TotalSeconds, Lifetime.Most.TotalSeconds),
        [(typeof(ExtendRequest), "seconds")] = (Lifetime.Least.TotalSeconds, Lifetime.Most.TotalSeconds),
        [(typeof(TokenRequest), "days")] = (1, TokenDesk.MostDays),
        [(typeof(SqlRequest), "most_rows")] = (1, SqlDesk.MostRows),
    };

    public static void Add(OpenApiSchema schema, Type body, string member)
    {
        if (!Known.TryGetValue((body, member), out var bounds)) return;
        schema.Minimum = bounds.Least.ToString(CultureInfo.InvariantCulture);
        schema.Maximum = bounds.Most.ToString(CultureInfo.InvariantCulture);
    }
}
