using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>From the wire's resources to exact ones.</summary>
internal static class Amounts
{
    /// <summary>Resources that were checked when they came in, without the role they are given to.</summary>
    public static ResourceBag Of(IEnumerable<Resource> resources) => resources.ToBag().Unallocated();
}
