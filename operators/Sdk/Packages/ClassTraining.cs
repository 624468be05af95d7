using System.Text.Json;
using System.Text.Json.Serialization;

namespace DataPlatform.Operators.Sdk.Packages;

/// <summary>A package's file <c>class-archives.json</c>: how its programs are run once, so that the classes that they load are known.</summary>
/// <param name="Jars">Where the jars lie, as in a sandbox: the class path must be the same there.</param>
/// <param name="Environment">For all programs.</param>
/// <param name="Options">Of the virtual machine, for all programs; as the tasks have them.</param>
public sealed record ClassTraining(
    string Jars, IReadOnlyDictionary<string, string> Environment, IReadOnlyList<string> Options, IReadOnlyList<TrainedProgram> Programs)
{
    public const string FileName = "class-archives.json";

    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
    };

    /// <exception cref="PackageFormatException">It is not as it must be; the message says what, and where.</exception>
    public static ClassTraining Parse(string text)
    {
        ClassTraining? training;
        try
        {
            training = JsonSerializer.Deserialize<ClassTraining>(text, Strict);
        }
        catch (JsonException error)
        {
            throw new PackageFormatException($"{FileName}: {error.Message}", error);
        }

        if (training is null)
            throw new PackageFormatException($"{FileName}: it is empty");
        return Problem(training) is { } problem ? throw new PackageFormatException($"{FileName}: {problem}") : training;
    }

    private static string? Problem(ClassTraining training)
    {
        if (!IsWithin(training.Jars))
            return $"jars is '{training.Jars}'; it must be a folder of the sandbox, such as engine/jars";
        foreach (var program in training.Programs)
        {
            if (program.Name.Length == 0 || !program.Name.All(static character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-'))
                return $"a program is called '{program.Name}'; lower-case letters, digits and - are allowed";
            if (program.Ready.Length == 0)
                return $"program {program.Name} says nothing by which it is known to serve: ready is empty";
        }

        return training.Programs.GroupBy(program => program.Name).FirstOrDefault(group => group.Count() > 1) is { } twice ? $"program {twice.Key} is there twice" : null;
    }

    private static bool IsWithin(string path) =>
        path.Length > 0 && !path.StartsWith('/') && path.Split('/').All(static part => part is not ("" or "." or ".."));
}

/// <param name="Arguments">Options of its own, the main class and what that is given. It must not listen on a fixed port.</param>
/// <param name="Ready">Stands in a line that the program writes when it serves.</param>
public sealed record TrainedProgram(string Name, IReadOnlyList<string> Arguments, string Ready);
