using System.Globalization;
using DataPlatform.Core.Client.ControlPlane;
using Parquet;
using Parquet.Schema;

namespace DataPlatform.Services.ControlPlane.Lake;

/// <summary>Schema, row count and first rows of Parquet files; counts come from the footers, rows from the first row groups.</summary>
public static class ParquetSampler
{
    private const int MostFooters = 2000;
    private const long MostRowsInGroup = 5_000_000;

    /// <exception cref="InvalidDataException">A file is not Parquet, or is damaged.</exception>
    /// <exception cref="IOException">A file can't be opened.</exception>
    public static async Task<DatasetSample> Read(Dataset dataset, Func<ListedFile, Stream> open, int rows, CancellationToken cancellation)
    {
        IReadOnlyList<ColumnView>? columns = null;
        var sample = new List<IReadOnlyList<string?>>();
        long? count = 0;
        foreach (var file in dataset.Files.Take(MostFooters))
        {
            await using var stream = open(file);
            try
            {
                await using var reader = await ParquetReader.CreateAsync(stream, null, leaveStreamOpen: true, cancellation);
                var partitions = Partitions(dataset.Folder, file);
                columns ??= [.. reader.Schema.Fields.Select(Column), .. partitions.Select(partition => new ColumnView(partition.Name, "partition", false))];
                count += reader.Metadata!.RowGroups.Sum(group => group.NumRows);
                for (var index = 0; index < reader.RowGroupCount && sample.Count < rows; index++)
                    await AddRows(reader, index, rows, partitions, sample, cancellation);
            }
            catch (Exception damaged) when (damaged is not OperationCanceledException)
            {
                // Damaged bytes surface from the reader as whatever they first break.
                throw new InvalidDataException($"{dataset.Path} is not readable as Parquet: {damaged.Message}", damaged);
            }

            if (sample.Count >= rows && dataset.Files.Count > MostFooters) break;
        }

        return new DatasetSample(dataset.Files.Count > MostFooters ? null : count, columns ?? [], sample);
    }

    private static async Task AddRows(
        ParquetReader reader, int index, int rows, IReadOnlyList<(string Name, string Value)> partitions, List<IReadOnlyList<string?>> sample,
        CancellationToken cancellation)
    {
        using var group = reader.OpenRowGroupReader(index);
        if (group.RowCount > MostRowsInGroup) return;
        var wanted = (int)Math.Min(rows - sample.Count, group.RowCount);
        var columns = new List<string?[]>();
        foreach (var field in reader.Schema.Fields)
            columns.Add(await Values(group, field, wanted, cancellation));
        for (var row = 0; row < wanted; row++)
            sample.Add([.. columns.Select(column => column[row]), .. partitions.Select(partition => partition.Value)]);
    }

    private static async Task<string?[]> Values(ParquetRowGroupReader group, Field field, int wanted, CancellationToken cancellation)
    {
        if (field is not DataField { IsArray: false } data || !group.ColumnExists(data)) return Filled(wanted, "…");
        var type = data.ClrType;
        return Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean => await Structs<bool>(group, data, wanted, cancellation),
            TypeCode.Byte => await Structs<byte>(group, data, wanted, cancellation),
            TypeCode.SByte => await Structs<sbyte>(group, data, wanted, cancellation),
            TypeCode.Int16 => await Structs<short>(group, data, wanted, cancellation),
            TypeCode.UInt16 => await Structs<ushort>(group, data, wanted, cancellation),
            TypeCode.Int32 => await Structs<int>(group, data, wanted, cancellation),
            TypeCode.UInt32 => await Structs<uint>(group, data, wanted, cancellation),
            TypeCode.Int64 => await Structs<long>(group, data, wanted, cancellation),
            TypeCode.UInt64 => await Structs<ulong>(group, data, wanted, cancellation),
            TypeCode.Single => await Structs<float>(group, data, wanted, cancellation),
            TypeCode.Double => await Structs<double>(group, data, wanted, cancellation),
            TypeCode.Decimal => await Structs<decimal>(group, data, wanted, cancellation),
            TypeCode.DateTime => await Structs<DateTime>(group, data, wanted, cancellation),
            TypeCode.String => await Strings(group, data, wanted, cancellation),
            _ when type == typeof(ReadOnlyMemory<char>) => await Strings(group, data, wanted, cancellation),
            _ when type == typeof(DateOnly) => await Structs<DateOnly>(group, data, wanted, cancellation),
            _ when type == typeof(TimeOnly) => await Structs<TimeOnly>(group, data, wanted, cancellation),
            _ when type == typeof(TimeSpan) => await Structs<TimeSpan>(group, data, wanted, cancellation),
            _ when type == typeof(Guid) => await Structs<Guid>(group, data, wanted, cancellation),
            _ => Filled(wanted, "…"),
        };
    }

    private static async Task<string?[]> Structs<T>(ParquetRowGroupReader group, DataField field, int wanted, CancellationToken cancellation) where T : struct
    {
        if (!field.IsNullable)
        {
            var values = new T[group.RowCount];
            await group.ReadAsync<T>(field, values.AsMemory(), null, cancellation);
            return [.. values.Take(wanted).Select(value => Text(value))];
        }

        var nullable = new T?[group.RowCount];
        await group.ReadAsync<T>(field, nullable.AsMemory(), null, cancellation);
        return [.. nullable.Take(wanted).Select(value => value is { } present ? Text(present) : null)];
    }

    private static async Task<string?[]> Strings(ParquetRowGroupReader group, DataField field, int wanted, CancellationToken cancellation)
    {
        var values = new string?[group.RowCount];
        await group.ReadAsync(field, values.AsMemory(), null, cancellation);
        return [.. values.Take(wanted).Select(value => TextSampler.Shortened(value))];
    }

    private static string?[] Filled(int count, string? text)
    {
        var values = new string?[count];
        Array.Fill(values, text);
        return values;
    }

    private static string Text(object value) => value switch
    {
        DateTime time => time.ToString(time.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
        bool truth => truth ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static ColumnView Column(Field field) => field switch
    {
        DataField { IsArray: true } data => new ColumnView(field.Name, $"list of {TypeName(data)}", true),
        DataField data => new ColumnView(field.Name, TypeName(data), data.IsNullable),
        _ => new ColumnView(field.Name, field.SchemaType.ToString().ToLowerInvariant(), field.IsNullable),
    };

    private static string TypeName(DataField field) => field.ClrType.Name switch
    {
        nameof(String) => "string", nameof(Boolean) => "boolean", nameof(Int32) => "integer", nameof(Int64) => "long", nameof(Double) => "double",
        nameof(Single) => "float", nameof(Decimal) => "decimal", nameof(DateTime) => "timestamp", nameof(DateOnly) => "date",
        _ when field.ClrType == typeof(ReadOnlyMemory<char>) => "string",
        _ when field.ClrType == typeof(ReadOnlyMemory<byte>) || field.ClrType == typeof(byte[]) => "binary",
        var other => other.ToLowerInvariant(),
    };

    private static IReadOnlyList<(string Name, string Value)> Partitions(string folder, ListedFile file) =>
    [
        .. Path.GetRelativePath(folder, Path.GetDirectoryName(file.Path)!).Split('/').Select(part => part.Split('=', 2)).Where(part => part.Length == 2)
            .Select(part => (part[0], Uri.UnescapeDataString(part[1]))),
    ];
}
