using System.Data.Common;

namespace DataPlatform.Core.Journal;

/// <summary>Rows of sequence, kind, body and checksum, as both stores keep records.</summary>
internal static class JournalRows
{
    /// <param name="damaged">What to throw for a row that is not what was written.</param>
    public static List<JournalRecord> Read(DbCommand select, Func<string, JournalException> damaged)
    {
        var records = new List<JournalRecord>();
        using var rows = select.ExecuteReader();
        while (rows.Read())
        {
            var (sequence, kind, body) = (rows.GetInt64(0), rows.GetInt32(1), rows.GetFieldValue<byte[]>(2));
            if (rows.GetInt64(3) != JournalChecksum.Of(sequence, kind, body))
                throw damaged($"record {sequence} is not what was written");
            records.Add(new JournalRecord(sequence, kind, body));
        }

        return records;
    }
}
