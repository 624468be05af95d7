using DataPlatform.Operators.Sdk.Clusters;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>What templates of an operation know beside all others.</summary>
internal static class OperationValues
{
    public static void Add(Dictionary<string, object> known, WantedOperation operation, IReadOnlyList<OptionDeclaration> inputs, ClusterSettings settings)
    {
        known["operation"] = operation.Subject is { } subject ? new Dictionary<string, object>
        {
            ["pod"] = subject.Pod, ["index"] = subject.Index, ["host"] = subject.Host, ["ports"] = subject.Ports.ToDictionary(port => port.Key, port => (object)port.Value),
        }
        : new Dictionary<string, object>
        {
            ["number"] = operation.Number, ["folder"] = operation.Folder is { } folder ? Path.Combine(settings.LakePath, folder) : "", ["secret"] = settings.OperationSecret(operation.Number),
        };
        if (inputs.Count > 0)
            known["inputs"] = inputs.ToDictionary(input => input.Name, input => Input(operation, input));
    }

    /// <summary>Of what the operation was not given it has the default. Another version may have known nothing of what this one needs.</summary>
    private static object Input(WantedOperation operation, OptionDeclaration input) =>
        operation.Inputs?[input.Name] is { } given ? TemplateValues.Plain(given)
        : !input.IsRequired ? TemplateValues.Plain(input.Default)
        : throw new InvalidOperationException($"{operation.Name} was asked for without {input.Name}, which it needs");
}
