using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using Google.Protobuf.Collections;

namespace DataPlatform.Core.Pool;

/// <summary>From the wire's resources to exact ones.</summary>
internal sealed class Amounts
{
    private RepeatedField<Resource> before = [];
    private ResourceBag beforeBag = ResourceBag.Empty;

    /// <summary>Resources that were checked when they came in, without the role they are given to.</summary>
    public static ResourceBag Of(IEnumerable<Resource> resources) => resources.ToBag().Unallocated();

    /// <summary>The same; tasks that come one after another with the very same messages share their amounts too.</summary>
    public ResourceBag OfNext(RepeatedField<Resource> resources)
    {
        if (!AreSame(resources, before))
            (before, beforeBag) = (resources, Of(resources));
        return beforeBag;
    }

    /// <summary>Whether both hold the same messages, not only equal ones.</summary>
    public static bool AreSame(RepeatedField<Resource> these, RepeatedField<Resource> those)
    {
        if (these.Count != those.Count)
            return false;
        for (var index = 0; index < these.Count; index++)
        {
            if (!ReferenceEquals(these[index], those[index]))
                return false;
        }

        return true;
    }
}
