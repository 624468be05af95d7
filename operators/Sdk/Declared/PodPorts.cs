namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Reads names of pods and of their ports where a package names them from outside.</summary>
internal sealed class PodPorts(Problems problems, IReadOnlyDictionary<string, IReadOnlySet<string>> ports)
{
    public bool Has(string pod) => ports.ContainsKey(pod);

    public string Pod(Fields fields)
    {
        var pod = fields.Text("pod");
        if (pod.Length > 0 && !Has(pod))
            problems.Add(fields.At("pod"), $"{fields.Of("pod")} names {Problems.Short(pod)}, which is no pod", string.Join(", ", ports.Keys));
        return pod;
    }

    /// <param name="pod">Of one that is none any name is taken.</param>
    public string Port(Fields fields, string pod)
    {
        var port = fields.Text("port");
        if (port.Length > 0 && ports.TryGetValue(pod, out var known) && !known.Contains(port))
            problems.Add(fields.At("port"), $"{fields.Of("port")} names {Problems.Short(port)}, which is no port of {pod}", string.Join(", ", known));
        return port;
    }
}
