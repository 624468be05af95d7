using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;

namespace DataPlatform.Core.Pool;

/// <summary>Identifiers of operations: the same again when history is replayed, and never those of another master.</summary>
internal static class OperationUuid
{
    private const int Length = 16;

    public static ByteString Of(string masterId, long number) =>
        ByteString.CopyFrom(SHA256.HashData(Encoding.UTF8.GetBytes($"{masterId}-operation-{number}")).AsSpan(0, Length));
}
