using System.Text.Json.Serialization;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.ControlPlane.Lake.Sql;

/// <summary>What the process that answers one query is told.</summary>
/// <param name="Roots">The lake, and where copies are: whatever is opened lies in one of them.</param>
/// <param name="User">Whom it becomes before it reads anything that others wrote; null where it can't become another.</param>
public sealed record SqlProcessRequest(string Query, int MostRows, int MemoryMebibytes, int Seconds, IReadOnlyList<string> Roots, SqlUser? User, IReadOnlyList<SqlTable> Tables);

public sealed record SqlUser(uint Id, uint Group);

/// <summary>What it answers. Exactly one of the two is there.</summary>
/// <param name="Problem">In the engine's own words.</param>
public sealed record SqlProcessAnswer(SqlResult? Result, string? Problem);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(SqlProcessRequest))]
[JsonSerializable(typeof(SqlProcessAnswer))]
internal sealed partial class SqlProcessJson : JsonSerializerContext;
