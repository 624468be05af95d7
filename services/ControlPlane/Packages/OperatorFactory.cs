using DataPlatform.Operators.Sdk;
using DataPlatform.Services.ControlPlane.Clusters;

namespace DataPlatform.Services.ControlPlane.Packages;

/// <summary>Makes the operator of a package; null where no pool is configured.</summary>
public sealed record OperatorFactory(Func<ServicePackage, IClusterOperator?> Make);
