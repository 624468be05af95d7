using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace DataPlatform.Core.Client.ControlPlane;

/// <summary>How the control plane's REST is written: both ends use this one description.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(ClusterSummary))]
[JsonSerializable(typeof(ClusterDetail))]
[JsonSerializable(typeof(IReadOnlyList<ClusterSummary>))]
[JsonSerializable(typeof(ClusterWhy))]
[JsonSerializable(typeof(PoolWhy))]
[JsonSerializable(typeof(PackageView))]
[JsonSerializable(typeof(IReadOnlyList<PackageView>))]
[JsonSerializable(typeof(PoolView))]
[JsonSerializable(typeof(LogView))]
[JsonSerializable(typeof(DatasetView))]
[JsonSerializable(typeof(IReadOnlyList<DatasetView>))]
[JsonSerializable(typeof(SqlRequest))]
[JsonSerializable(typeof(SqlResult))]
[JsonSerializable(typeof(LaunchRequest))]
[JsonSerializable(typeof(ExtendRequest))]
[JsonSerializable(typeof(UpdateRequest))]
[JsonSerializable(typeof(RollbackRequest))]
[JsonSerializable(typeof(OperationRequest))]
[JsonSerializable(typeof(OperationView))]
[JsonSerializable(typeof(HandedOutView))]
[JsonSerializable(typeof(TableView))]
[JsonSerializable(typeof(IReadOnlyList<TableView>))]
[JsonSerializable(typeof(ChartsView))]
[JsonSerializable(typeof(IReadOnlyList<BackupView>))]
[JsonSerializable(typeof(IReadOnlyList<TokenView>))]
[JsonSerializable(typeof(TokenRequest))]
[JsonSerializable(typeof(NewToken))]
[JsonSerializable(typeof(IReadOnlyList<AuditEntryView>))]
[JsonSerializable(typeof(AuditCheck))]
[JsonSerializable(typeof(UpdateView))]
[JsonSerializable(typeof(IReadOnlyList<TargetView>))]
[JsonSerializable(typeof(BlueprintRequest))]
[JsonSerializable(typeof(BlueprintExportRequest))]
[JsonSerializable(typeof(BlueprintDocument))]
[JsonSerializable(typeof(BlueprintChangeView))]
[JsonSerializable(typeof(IReadOnlyList<BlueprintSummary>))]
[JsonSerializable(typeof(BlueprintDetail))]
[JsonSerializable(typeof(ConfirmRemovalRequest))]
[JsonSerializable(typeof(WithheldRemoval))]
[JsonSerializable(typeof(LoginLinkRequest))]
[JsonSerializable(typeof(LoginLink))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(ControlPlaneAddress))]
[JsonSerializable(typeof(ExecRequest))]
[JsonSerializable(typeof(ExecControl))]
[JsonSerializable(typeof(ExecEnd))]
[JsonSerializable(typeof(JsonObject))]
public sealed partial class ControlPlaneJson : JsonSerializerContext;
