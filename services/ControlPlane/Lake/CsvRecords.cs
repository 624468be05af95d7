using System.Text;

namespace DataPlatform.Services.ControlPlane.Lake;

/// <summary>Splits CSV (RFC 4180) into records.</summary>
public static class CsvRecords
{
    /// <param name="whole">Whether the text is the whole file; if not, a last record that may be cut is left out.</param>
    public static IReadOnlyList<IReadOnlyList<string>> Read(string text, bool whole)
    {
        var records = new List<IReadOnlyList<string>>();
        var record = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        for (var index = 0; index < text.Length; index++)
        {
            var current = text[index];
            if (quoted)
            {
                if (current != '"') field.Append(current);
                else if (index + 1 < text.Length && text[index + 1] == '"') field.Append(text[++index]);
                else quoted = false;
            }
            else if (current == '"' && field.Length == 0) quoted = true;
            else if (current == ',') EndField();
            else if (current == '\n') EndRecord();
            else if (current != '\r' || index + 1 >= text.Length || text[index + 1] != '\n') field.Append(current);
        }

        if (whole && (field.Length > 0 || record.Count > 0)) EndRecord();
        return records;

        void EndField()
        {
            record.Add(field.ToString());
            field.Clear();
        }

        void EndRecord()
        {
            EndField();
            if (record.Count > 1 || record[0].Length > 0) records.Add(record);
            record = [];
        }
    }
}
