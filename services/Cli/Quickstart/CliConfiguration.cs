namespace DataPlatform.Services.Cli.Quickstart;

/// <summary>Makes <c>dp</c> in other terminals find this run, unless it is set up for another control plane already.</summary>
public sealed class CliConfiguration(string ofThisRun, string usual)
{
    /// <summary>Takes away what an earlier run of the same directory left when it could not end by itself.</summary>
    public void Release()
    {
        if (File.Exists(ofThisRun) && File.Exists(usual) && File.ReadAllText(ofThisRun) == File.ReadAllText(usual)) File.Delete(usual);
    }

    /// <summary>False when another control plane's configuration stands there: it is left as it is.</summary>
    public bool Claim()
    {
        if (File.Exists(usual)) return false;
        Directory.CreateDirectory(Path.GetDirectoryName(usual)!);
        // A copy keeps the mode, which lets only the owner read.
        File.Copy(ofThisRun, usual);
        return true;
    }
}
