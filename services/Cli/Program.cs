using DataPlatform.Services.Cli;
using DataPlatform.Services.Cli.Programs;

// The long-running parts take this process's place: they see their own arguments, signals and exit status.
if (args.Length > 0 && SiblingProgram.For(args[0]) is { } sibling) return sibling.Become(args[1..], Console.Error);

using var interruption = new Interruption();
return await CommandTree.RunAsync(args, Surroundings.OfThisProcess(), interruption.Token);
