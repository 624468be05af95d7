namespace DataPlatform.Services.Hosting.Settings;

/// <param name="Origin">Who gave it, as a refusal names it: the flag, the variable, or the file and the name in it.</param>
internal readonly record struct GivenValue(string Text, string Origin);
