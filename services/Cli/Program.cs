using System.Runtime.InteropServices;
using DataPlatform.Services.Cli;
using DataPlatform.Services.Cli.Programs;
using DataPlatform.Services.Hosting.Processes;

// The long-running parts take this process's place: they see their own arguments, signals and exit status.
if (args.Length > 0 && SiblingProgram.For(args[0]) is { } sibling) return sibling.Become(args[1..], Console.Error);

using var stop = new StopSignals(PosixSignal.SIGHUP);
return await CommandTree.RunAsync(args, Surroundings.OfThisProcess(), stop.Token);
