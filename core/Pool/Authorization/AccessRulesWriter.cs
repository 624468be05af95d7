using System.Text.Json;

namespace DataPlatform.Core.Pool;

/// <summary>Rules in the form that <see cref="AccessRulesReader"/> reads.</summary>
internal static class AccessRulesWriter
{
    public static void Write(Utf8JsonWriter writer, AccessRules rules)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("permissive", rules.IsPermissive);
        foreach (var (action, list) in rules.ByAction.OrderBy(pair => pair.Key.Name, StringComparer.Ordinal))
        {
            writer.WriteStartArray(action.Name);
            foreach (var rule in list)
            {
                writer.WriteStartObject();
                Write(writer, AccessAction.Subjects, rule.Principals);
                Write(writer, action.Objects, rule.Objects);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, AccessEntity entity)
    {
        writer.WriteStartObject(name);
        switch (entity)
        {
            case AccessEntity.Any:
                writer.WriteString("type", "ANY");
                break;
            case AccessEntity.None:
                writer.WriteString("type", "NONE");
                break;
            case AccessEntity.Some(var values):
                writer.WriteStartArray("values");
                foreach (var value in values.Order(StringComparer.Ordinal))
                    writer.WriteStringValue(value);
                writer.WriteEndArray();
                break;
            default:
                throw new InvalidOperationException($"No rule writes {entity.GetType().Name}");
        }

        writer.WriteEndObject();
    }
}
