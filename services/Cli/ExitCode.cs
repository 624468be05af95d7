namespace DataPlatform.Services.Cli;

/// <summary>What <c>dp</c> ends with; scripts rely on these numbers.</summary>
public static class ExitCode
{
    public const int Done = 0;

    /// <summary>The control plane refused, or what was asked for failed.</summary>
    public const int Failed = 1;

    /// <summary>The command line can't be understood.</summary>
    public const int Usage = 2;

    public const int Unreachable = 3;

    public const int TimedOut = 4;

    /// <summary>What was asked about waits.</summary>
    public const int Waiting = 5;

    /// <summary>Of <c>dp exec</c>: the command could not be run, or the connection to it broke. Otherwise that command ends with what it ran.</summary>
    public const int NotRun = 125;

    /// <summary>Ended by Ctrl-C or SIGTERM.</summary>
    public const int Interrupted = 130;

    public const string Explanation = "0 done, 1 refused or failed, 2 not understood, 3 no control plane answers, 4 timed out, 5 still waiting (why), 130 interrupted; of exec the command's own, 125 not run";
}
