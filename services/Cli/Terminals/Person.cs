namespace DataPlatform.Services.Cli.Terminals;

/// <summary>Who sits at the terminal and can be asked.</summary>
/// <param name="Sees">Where this person looks, whatever is redirected.</param>
public sealed record Person(TextWriter Sees, TextReader Types)
{
    /// <summary>Null where nobody can type.</summary>
    public static Person? AtThisTerminal()
    {
        if (Console.IsInputRedirected) return null;
        if (!Console.IsErrorRedirected) return new(Console.Error, Console.In);
        if (!Console.IsOutputRedirected) return new(Console.Out, Console.In);
        try
        {
            return new(new StreamWriter(new FileStream("/dev/tty", FileMode.Open, FileAccess.Write)) { AutoFlush = true }, Console.In);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whatever is not a yes is a no.</summary>
    public async Task<bool> ConfirmsAsync(string question, CancellationToken cancellation)
    {
        await Sees.WriteAsync($"{question} [y/N] ");
        await Sees.FlushAsync(cancellation);
        // A terminal's line can't be waited for any other way.
        return (await Task.Run(Types.ReadLine, cancellation).WaitAsync(cancellation))?.Trim() is "y" or "Y" or "yes";
    }
}
