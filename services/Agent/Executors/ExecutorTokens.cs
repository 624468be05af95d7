using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Hosting.Files;

namespace DataPlatform.Services.Agent.Executors;

/// <summary>
/// What an executor shows to be the one that this agent has started: a JSON web token, signed with a key that only this agent
/// has, which names framework, executor and container. As Mesos's, it is in the executor's environment and nowhere else.
/// </summary>
internal sealed class ExecutorTokens
{
    private const int KeyBytes = 32;
    private static readonly string Header = Encode("""{"alg":"HS256","typ":"JWT"}"""u8);
    private readonly byte[] key;

    private ExecutorTokens(byte[] key) => this.key = key;

    /// <summary>With the key of this work directory, so that executors outlive their agent's process.</summary>
    /// <exception cref="IOException">It can't be read, or made.</exception>
    public static ExecutorTokens Open(string workDirectory)
    {
        var path = Path.Combine(workDirectory, "meta", "executor-key");
        if (!File.Exists(path) || new FileInfo(path).Length != KeyBytes)
            AtomicFile.Write(path, RandomNumberGenerator.GetBytes(KeyBytes));
        return new ExecutorTokens(File.ReadAllBytes(path));
    }

    public string Of(ExecutorKey executor, string containerId)
    {
        var claims = new Dictionary<string, string> { ["cid"] = containerId, ["eid"] = executor.ExecutorId, ["fid"] = executor.FrameworkId };
        var signed = $"{Header}.{Encode(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        return $"{signed}.{Encode(Sign(signed))}";
    }

    /// <summary>Null for what this agent has not signed.</summary>
    public (ExecutorKey Executor, string ContainerId)? Read(string token)
    {
        var end = token.LastIndexOf('.');
        if (end < 0 || !token.StartsWith(Header + ".", StringComparison.Ordinal)
            || !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(token[(end + 1)..]), Encoding.ASCII.GetBytes(Encode(Sign(token[..end])))))
            return null;
        var claims = JsonSerializer.Deserialize<Dictionary<string, string>>(Decode(token[(Header.Length + 1)..end]))!;
        return (new ExecutorKey(claims["fid"], claims["eid"]), claims["cid"]);
    }

    private byte[] Sign(string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private static string Encode(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);

    private static byte[] Decode(string text) => System.Buffers.Text.Base64Url.DecodeFromChars(text);
}
