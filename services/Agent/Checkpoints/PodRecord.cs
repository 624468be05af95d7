using System.Text;
using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;
using Google.Protobuf;

namespace DataPlatform.Services.Agent.Checkpoints;

/// <summary>The pod of a task: the executor's container, the group and what the executor is, a line each but for the last.</summary>
internal static class PodRecord
{
    public static byte[] Encode(Pod pod) => [.. Encoding.UTF8.GetBytes($"{pod.ContainerId}\n{pod.GroupId}\n"), .. pod.Executor.WithoutSecrets().ToByteArray()];

    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static Pod Decode(ReadOnlySpan<byte> record)
    {
        var first = record.IndexOf((byte)'\n');
        var second = first < 0 ? -1 : record[(first + 1)..].IndexOf((byte)'\n');
        if (first < 1 || second < 1)
            throw new InvalidDataException("its pod can't be read");
        return new Pod(
            ExecutorInfo.Parser.ParseFrom(record[(first + second + 2)..]),
            Encoding.UTF8.GetString(record[..first]), Encoding.UTF8.GetString(record.Slice(first + 1, second)));
    }
}
