using System.Data.Common;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Services.ControlPlane.Storage;

/// <summary>What people are told when the database refuses.</summary>
public static class DatabaseRefusal
{
    /// <summary>Null when the error is no refusal of the database.</summary>
    public static Problem? Of(Exception error, Database database) => error switch
    {
        DbException fault when database.Explain(fault) is var trouble =>
            trouble.IsFull ? new Problem("The database is full", 507, trouble.Reason, null) : new Problem("The database can't be used", 503, trouble.Reason, null),
        LeaseLostException lost => new Problem("This control plane does not lead", 503, lost.Message, null),
        _ => null,
    };
}
