namespace DataPlatform.Operators.Sdk.Declared;

/// <param name="Name">As the template has it; empty when the template as a whole is meant.</param>
internal sealed record TemplateProblem(string Name, string Message, string? Allowed = null);
