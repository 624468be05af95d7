using System.Security.Cryptography;
using System.Text;

namespace DataPlatform.Core.Pool.Recording;

/// <summary>
/// Each line begins with a sum over itself and all before it: a line that was changed, left out or put in is noticed. It is no
/// signature: who makes all sums anew is noticed by the replay alone.
/// </summary>
internal sealed class RecordingChain
{
    public const int SumLength = 16;

    private string last = "";

    public string Next(string text)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(last + text));
        return last = Convert.ToHexStringLower(hash.AsSpan(0, SumLength / 2));
    }
}
