using System.Diagnostics.CodeAnalysis;
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

    /// <summary>The same of resources that nobody has checked. False with the reason when they make no sense.</summary>
    public bool TryNext(RepeatedField<Resource> resources, [NotNullWhen(true)] out ResourceBag? amounts, [NotNullWhen(false)] out string? reason)
    {
        reason = null;
        if (!AreSame(resources, before))
        {
            if (!ResourceMessages.TryRead(resources, out amounts, out reason))
                return false;
            (before, beforeBag) = (resources, amounts.Unallocated());
        }

        amounts = beforeBag;
        return true;
    }

    /// <summary>Whether both hold the same messages, not only equal ones.</summary>
    private static bool AreSame(RepeatedField<Resource> these, RepeatedField<Resource> those)
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
