using System.Collections;
using System.Security.Cryptography;
using System.Text;
using DataPlatform.Core.Protocol.Mesos;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace DataPlatform.Core.Pool.Recording;

/// <summary>
/// Takes from messages what may be a secret: values of environment variables, command lines, addresses of files to fetch, secrets,
/// and whatever bytes a framework or a task sends along. Under one key the same becomes the same and nothing else does, so decisions
/// stay what they were; the key is kept nowhere.
/// </summary>
/// <param name="key">At random, for one recording.</param>
public sealed class SecretMask(byte[] key)
{
    private const int MaskBytes = 12;
    private const string Masked = "masked:";

    /// <summary>Strings, whole messages aside, by message and field.</summary>
    private static readonly HashSet<string> SecretFields = new(
    [
        Field(EnvironmentVariables.Types.Variable.Descriptor, "value"), Field(CommandInfo.Descriptor, "value"), Field(CommandInfo.Descriptor, "arguments"),
        Field(CommandInfo.Types.URI.Descriptor, "value"), Field(Parameter.Descriptor, "value"), Field(Credential.Descriptor, "secret"),
    ], StringComparer.Ordinal);

    /// <summary>Bytes that name something.</summary>
    private static readonly HashSet<string> OpenBytes = ["uuid", "operation_uuid", "status_update_uuid"];

    public T Mask<T>(T message) where T : class, IMessage<T>
    {
        var copy = message.Clone();
        Clean(copy);
        return copy;
    }

    /// <summary>The same for every message that the command carries.</summary>
    public PoolCommand Mask(PoolCommand command) => command switch
    {
        PoolCommand.Subscribe subscribe => subscribe with { Call = Mask(subscribe.Call) },
        PoolCommand.SchedulerRequest request => request with { Call = Mask(request.Call) },
        PoolCommand.RegisterAgent register => register with { Registration = Mask(register.Registration) },
        PoolCommand.AgentRequest request => request with { Call = Mask(request.Call) },
        PoolCommand.Operate operate => operate with { Operation = Mask(operate.Operation) },
        _ => command,
    };

    /// <summary>The same for every message that the event carries and that can hold a secret.</summary>
    public PoolEvent Mask(PoolEvent happened) => happened switch
    {
        PoolEvent.ExecutorAdded added => added with { Info = Mask(added.Info) },
        PoolEvent.TaskAdded added => added with { Task = Mask(added.Task) },
        PoolEvent.TaskUpdated updated => updated with { Status = Mask(updated.Status) },
        PoolEvent.OperationAdded added => added with { Info = Mask(added.Info) },
        PoolEvent.FrameworkAdmitted admitted => admitted with { Info = Mask(admitted.Info) },
        PoolEvent.FrameworkChanged changed => changed with { Info = Mask(changed.Info) },
        PoolEvent.AgentAdmitted admitted => admitted with { Info = Mask(admitted.Info) },
        PoolEvent.AgentConnected connected => connected with { Info = Mask(connected.Info) },
        _ => happened,
    };

    /// <summary>The same for the message that is sent.</summary>
    public PoolEffect Mask(PoolEffect effect) => effect switch
    {
        PoolEffect.ToScheduler scheduler => scheduler with { Event = Mask(scheduler.Event) },
        PoolEffect.ToAgent agent => agent with { Event = Mask(agent.Event) },
        _ => effect,
    };

    private static string Field(MessageDescriptor message, string name) => (message.FindFieldByName(name)
        ?? throw new InvalidOperationException($"{message.FullName} has no field {name}")).FullName;

    private void Clean(IMessage message)
    {
        if (message.Descriptor == UUID.Descriptor)
            return;
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (field.FieldType == FieldType.Message)
                CleanInside(field, message);
            else if (field.FieldType == FieldType.Bytes && !OpenBytes.Contains(field.Name))
                Replace(field, message, value => ByteString.CopyFromUtf8(Of(((ByteString)value).Span)));
            else if (field.FieldType == FieldType.String && (SecretFields.Contains(field.FullName) || message.Descriptor.Name == "Secret"))
                Replace(field, message, value => Of((string)value));
        }
    }

    private void CleanInside(FieldDescriptor field, IMessage message)
    {
        var value = field.Accessor.GetValue(message);
        var inner = value switch
        {
            null => [],
            IMessage single => [single],
            IDictionary map => map.Values.OfType<IMessage>(),
            IEnumerable list => list.OfType<IMessage>(),
            _ => [],
        };
        foreach (var each in inner)
            Clean(each);
    }

    private static void Replace(FieldDescriptor field, IMessage message, Func<object, object> mask)
    {
        if (field.IsRepeated)
        {
            var list = (IList)field.Accessor.GetValue(message);
            for (var index = 0; index < list.Count; index++)
                list[index] = mask(list[index]!);
        }
        else if (field.Accessor.HasValue(message))
        {
            field.Accessor.SetValue(message, mask(field.Accessor.GetValue(message)));
        }
    }

    /// <summary>What is empty or holds a NUL is refused for it, so that much is kept.</summary>
    private string Of(string text) => text.Length == 0 ? "" : Of(Encoding.UTF8.GetBytes(text)) + (text.Contains('\0', StringComparison.Ordinal) ? "\0" : "");

    private string Of(ReadOnlySpan<byte> value) =>
        value.IsEmpty ? "" : Masked + Convert.ToHexStringLower(HMACSHA256.HashData(key, value).AsSpan(0, MaskBytes));
}
