using System.Collections;
using System.Text;
using DataPlatform.Core.Protocol.Mesos;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace DataPlatform.Core.Tests.Fuzzing;

/// <summary>
/// Messages of any type that are well formed and mean anything: known names beside hostile ones, every number's edges, parts left
/// out. Where a message has a type, mostly the part that the type names is there, so that calls get past the first check.
/// </summary>
internal sealed class RandomMessages(Random chance)
{
    private const int DeepestLevel = 7;

    private static readonly string[] HostileTexts =
    [
        "", " ", ".", "..", "../../etc/passwd", "/", "a/b", "*", "\0", "a\0b", "\n", "\u001b[2J", "\u202Etxt", "\uFFFD", "-", "-1", "0", "NaN", "null",
        "{}", "%s%n", "${HOME}", "$(true)", "'; --", "\U0001F600", new('x', 300), new('y', 70_000), new('/', 2_000),
    ];

    private static readonly double[] Numbers =
        [0, -0.0, 0.0005, 0.001, 0.1, 1, 3.7, 64, 1e6, 1e15, 1e300, -1, -0.1, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon, double.MaxValue];

    private static readonly long[] WholeNumbers =
        [0, 1, 2, 7, 100, 31_000, 65_535, 65_536, int.MaxValue, long.MaxValue, -1, int.MinValue, long.MinValue, 1_000_000_000, 3_600_000_000_000];

    /// <summary>Names that mean something to who will read the message.</summary>
    public List<string> KnownTexts { get; } = ["cpus", "mem", "disk", "ports", "*", "role", "role/team"];

    /// <summary>Resources that somebody may really have.</summary>
    public List<Resource> KnownResources { get; } = [];

    public T Next<T>(int? type = null) where T : IMessage, new()
    {
        var message = new T();
        Fill(message, 0, type);
        return message;
    }

    /// <summary>As the wire might bring it: now and then with a byte too many, too few or another.</summary>
    public byte[] Damaged(byte[] body)
    {
        if (chance.Next(6) > 0 || body.Length == 0)
            return body;
        var damaged = body.ToList();
        for (var count = chance.Next(1, 4); count > 0 && damaged.Count > 0; count--)
        {
            var at = chance.Next(damaged.Count);
            switch (chance.Next(4))
            {
                case 0:
                    damaged[at] = (byte)chance.Next(256);
                    break;
                case 1:
                    damaged.RemoveAt(at);
                    break;
                case 2:
                    damaged.Insert(at, (byte)chance.Next(256));
                    break;
                default:
                    damaged.RemoveRange(at, damaged.Count - at);
                    break;
            }
        }

        return [.. damaged];
    }

    private void Fill(IMessage message, int level, int? type = null)
    {
        string? named = null;
        if (message.Descriptor.FindFieldByName("type") is { FieldType: FieldType.Enum } kind)
        {
            var value = type is { } wanted ? kind.EnumType.FindValueByNumber(wanted) : Pick(kind.EnumType.Values);
            kind.Accessor.SetValue(message, value.Number);
            named = value.Name.ToLowerInvariant();
        }

        foreach (var field in message.Descriptor.Fields.InFieldNumberOrder().Where(field => field.Name != "type" || field.FieldType != FieldType.Enum))
        {
            var likely = field.IsRequired || field.Name == named ? 0.96 : field.FieldType == FieldType.Message ? 0.3 : 0.5;
            if (level < DeepestLevel && chance.NextDouble() < likely)
                Set(message, field, level);
        }
    }

    private void Set(IMessage message, FieldDescriptor field, int level)
    {
        if (field.IsMap)
            return;
        if (!field.IsRepeated)
        {
            field.Accessor.SetValue(message, Value(field, level));
            return;
        }

        var list = (IList)field.Accessor.GetValue(message);
        for (var count = chance.Next(20) == 0 ? 60 : chance.Next(4); count > 0; count--)
            list.Add(Value(field, level));
    }

    private object Value(FieldDescriptor field, int level) => field.FieldType switch
    {
        FieldType.Message or FieldType.Group => Message(field.MessageType, level + 1),
        FieldType.Enum => Pick(field.EnumType.Values).Number,
        FieldType.String => Text(),
        FieldType.Bytes => Bytes(),
        FieldType.Bool => chance.Next(2) == 0,
        FieldType.Double => Pick(Numbers),
        FieldType.Float => (float)Pick(Numbers),
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => unchecked((int)Pick(WholeNumbers)),
        FieldType.UInt32 or FieldType.Fixed32 => unchecked((uint)Pick(WholeNumbers)),
        FieldType.UInt64 or FieldType.Fixed64 => unchecked((ulong)Pick(WholeNumbers)),
        _ => Pick(WholeNumbers),
    };

    private IMessage Message(MessageDescriptor descriptor, int level)
    {
        if (descriptor == Resource.Descriptor && KnownResources.Count > 0 && chance.Next(3) > 0)
            return Pick(KnownResources).Clone();
        var message = (IMessage)Activator.CreateInstance(descriptor.ClrType)!;
        Fill(message, level);
        return message;
    }

    private string Text() => chance.Next(4) > 0 ? Pick(KnownTexts) : Pick(HostileTexts);

    private ByteString Bytes()
    {
        if (chance.Next(3) == 0)
            return ByteString.CopyFrom(Text(), Encoding.UTF8);
        var bytes = new byte[chance.Next(40)];
        chance.NextBytes(bytes);
        return ByteString.CopyFrom(bytes);
    }

    private T Pick<T>(IList<T> from) => from[chance.Next(from.Count)];
}
