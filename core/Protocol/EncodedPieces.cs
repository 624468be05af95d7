using System.Buffers;
using System.Collections;
using System.IO.Pipelines;
using System.Text.Json;
using Google.Protobuf;

namespace DataPlatform.Core.Protocol;

/// <summary>
/// The items of a long list as JSON, made piece by piece on several processors and written in order: what takes the time is to reach
/// millions of small objects that lie all over the memory, and one processor alone waits for each of them.
/// </summary>
internal static class EncodedPieces
{
    private const int ItemsEach = 128;
    private const int MostAtOnce = 4;

    private static readonly int AtOnce = Math.Min(Environment.ProcessorCount, MostAtOnce);

    /// <summary>Below that one processor is as quick.</summary>
    public static bool AreWorthIt(int items) => AtOnce > 1 && items >= ItemsEach * 8;

    /// <summary>Without the list's brackets.</summary>
    public static async ValueTask WriteAsync(PipeWriter output, MesosJsonForm form, IList items, CancellationToken cancellation)
    {
        var pieces = new Queue<Task<PooledBuffer>>(AtOnce);
        try
        {
            for (var from = 0; from < items.Count || pieces.Count > 0;)
            {
                for (; pieces.Count < AtOnce && from < items.Count; from += ItemsEach)
                    pieces.Enqueue(Encode(form, items, from));
                using var piece = await pieces.Dequeue();
                await output.WriteAsync(piece.Written, cancellation);
            }
        }
        finally
        {
            foreach (var piece in pieces)
                (await piece).Dispose();
        }
    }

    private static Task<PooledBuffer> Encode(MesosJsonForm form, IList items, int from) => Task.Run(() =>
    {
        var buffer = new PooledBuffer();
        var to = Math.Min(items.Count, from + ItemsEach);
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        for (var index = from; index < to; index++)
        {
            if (index > 0)
            {
                writer.Flush();
                buffer.Write(","u8);
                writer.Reset();
            }

            form.Write(writer, (IMessage)items[index]!);
        }

        writer.Flush();
        return buffer;
    });

    /// <summary>Grows in arrays of the pool's, so that no answer leaves large ones to the collector.</summary>
    private sealed class PooledBuffer : IBufferWriter<byte>, IDisposable
    {
        private const int FirstSize = 128 * 1024;

        private byte[] array = ArrayPool<byte>.Shared.Rent(FirstSize);
        private int count;

        public ReadOnlyMemory<byte> Written => array.AsMemory(0, count);

        public void Advance(int written) => count += written;

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            Reserve(Math.Max(sizeHint, 1));
            return array.AsMemory(count);
        }

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public void Dispose() => ArrayPool<byte>.Shared.Return(array);

        private void Reserve(int more)
        {
            if (array.Length - count >= more)
                return;
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(array.Length * 2, count + more));
            Written.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(array);
            array = larger;
        }
    }
}
