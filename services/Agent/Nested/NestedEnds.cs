using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Logs;
using DataPlatform.Services.Agent.Native;
using Microsoft.Win32.SafeHandles;
using DataType = DataPlatform.Core.Protocol.Mesos.ProcessIO.Types.Data.Types.Type;

namespace DataPlatform.Services.Agent.Nested;

/// <summary>This agent's ends of what a container reads and writes, and where it is kept.</summary>
internal sealed class NestedEnds : IDisposable
{
    private readonly List<Pipe> pipes = [];
    private readonly List<SafeFileHandle> readers = [];
    private NestedFolder? folder;

    private NestedEnds()
    {
    }

    /// <summary>Null: pipes.</summary>
    public PseudoTerminal? Terminal { get; private set; }

    /// <summary>Null: the container reads nothing.</summary>
    public ProcessInput? Input { get; private set; }

    public IReadOnlyList<(SafeFileHandle From, DataType Type, NestedLog? Log)> Outputs { get; private set; } = [];

    /// <summary>What the first process gets of them.</summary>
    public StandardEnds OfProcess { get; private set; } = new(null, null, null, null);

    /// <param name="kept">What is written goes into a folder of the sandbox, and nothing is read but from a terminal.</param>
    /// <param name="user">The task's; null: this agent's own.</param>
    /// <exception cref="IOException">Something can't be had; then nothing is left.</exception>
    public static NestedEnds Make(NestedId id, NestedCommand command, bool kept, string sandbox, HostUser? user, long maximumLogBytes, DescriptorWatch descriptors)
    {
        var ends = new NestedEnds();
        try
        {
            if (kept)
                ends.folder = NestedFolder.Make(sandbox, id.Path, user);
            NestedLog? Log(string name) => ends.folder is { } folder ? new NestedLog(folder, name, user, maximumLogBytes) : null;
            if (command.Terminal is { } size)
                ends.MakeTerminal(size, user, Log("stdout"), descriptors);
            else
                ends.MakePipes(withInput: !kept, Log("stdout"), Log("stderr"), descriptors);
            return ends;
        }
        catch
        {
            if (ends.folder is not null)
                NestedFolder.Remove(sandbox, id.Path);
            ends.Dispose();
            throw;
        }
    }

    /// <summary>Of a container that outlives this agent: it writes to named pipes, and is given its own ends of them by who starts it.</summary>
    /// <param name="folder">Null when it is gone: what is written is read and lost.</param>
    /// <exception cref="IOException">The pipes can't be opened; then nothing is left.</exception>
    public static NestedEnds Follow(string runDirectory, NestedFolder? folder, HostUser? user, long maximumLogBytes)
    {
        var ends = new NestedEnds { folder = folder };
        try
        {
            (SafeFileHandle, DataType, NestedLog?) Output(string name, DataType type)
            {
                var reader = LogPipes.OpenReader(runDirectory, name);
                ends.readers.Add(reader);
                return (reader, type, folder is null ? null : new NestedLog(folder, name, user, maximumLogBytes));
            }

            ends.Outputs = [Output(LogPipes.Output, DataType.Stdout), Output(LogPipes.Error, DataType.Stderr)];
            return ends;
        }
        catch
        {
            ends.Dispose();
            throw;
        }
    }

    /// <summary>When the process has its own.</summary>
    public void CloseOfProcess()
    {
        Terminal?.CloseOfProgram();
        pipes.ForEach(each => each.Dispose());
    }

    /// <summary>When nothing is read or written any more; what is kept stays.</summary>
    public void Dispose()
    {
        CloseOfProcess();
        Input?.Dispose();
        Terminal?.Dispose();
        pipes.ForEach(each => each.Own.Dispose());
        readers.ForEach(each => each.Dispose());
        folder?.Dispose();
    }

    private void MakeTerminal(WindowSize size, HostUser? user, NestedLog? log, DescriptorWatch descriptors)
    {
        Terminal = PseudoTerminal.Open(user is null ? null : (user.Id, user.GroupId));
        Terminal.Resize(size.Rows, size.Columns);
        Input = new ProcessInput(Terminal.Input, isTerminal: true, descriptors);
        Outputs = [(Terminal.Output, DataType.Stdout, log)];
        OfProcess = new StandardEnds(null, null, null, Terminal.OfProgram);
    }

    private void MakePipes(bool withInput, NestedLog? outputLog, NestedLog? errorLog, DescriptorWatch descriptors)
    {
        var (output, error) = (Add(Pipe.FromProgram()), Add(Pipe.FromProgram()));
        var input = withInput ? Add(Pipe.ToProgram()) : null;
        if (input is not null)
            Input = new ProcessInput(input.Own, isTerminal: false, descriptors);
        Outputs = [(output.Own, DataType.Stdout, outputLog), (error.Own, DataType.Stderr, errorLog)];
        OfProcess = new StandardEnds(input?.Program, output.Program, error.Program, null);
    }

    private Pipe Add(Pipe pipe)
    {
        pipes.Add(pipe);
        return pipe;
    }
}
