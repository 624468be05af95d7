using System.CommandLine;
using DataPlatform.Services.Cli.Output;

namespace DataPlatform.Services.Cli.Commands;

/// <summary>The platform's parts in the help; running them replaces this process before anything is parsed.</summary>
public static class PartCommands
{
    public static IEnumerable<Command> Create()
    {
        yield return new ExampledCommand("master", "Starts a master here; dp master --help lists its settings",
            "dp master --ip 127.0.0.1 --port 5050 --work-dir DIR --credentials FILE");
        yield return new ExampledCommand("agent", "Starts an agent here; dp agent --help lists its settings",
            "dp agent --master http://127.0.0.1:5050 --port 5051 --work-dir DIR --resources 'cpus:4;mem:4096;disk:10240;ports:[31000-31999]'");
        yield return new ExampledCommand("control-plane", "Starts a control plane here; dp control-plane --help lists its settings",
            "dp control-plane --master http://127.0.0.1:5050 --port 8080 --work-dir DIR --lake DIR");
    }
}
