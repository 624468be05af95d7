using System.Collections.Concurrent;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace DataPlatform.Core.Protocol;

/// <summary>What the JSON of a message type has in its order, worked out once: a picture of a whole pool is millions of fields.</summary>
internal sealed class MesosJsonForm
{
    private static readonly ConcurrentDictionary<MessageDescriptor, MesosJsonForm> Known = new();
    private readonly MesosJsonMember[] _members;

    private MesosJsonForm(MessageDescriptor type) => _members = [.. type.Fields.InDeclarationOrder().Select(MesosJsonMember.Of)];

    public IReadOnlyList<MesosJsonMember> Members => _members;

    public static MesosJsonForm Of(MessageDescriptor type) => Known.GetOrAdd(type, static type => new MesosJsonForm(type));

    public void Write(Utf8JsonWriter writer, IMessage message)
    {
        writer.WriteStartObject();
        foreach (var member in _members)
            member.Write(writer, message);
        writer.WriteEndObject();
    }
}
