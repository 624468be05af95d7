using System.Collections.Concurrent;
using System.Diagnostics;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Shouldly;

namespace DataPlatform.Integration.Tests.Operators;

/// <summary>Somebody who writes to a Kafka all the time, numbers in the order of their partition, and is confirmed what is written.</summary>
public sealed class KafkaTraffic : IAsyncDisposable
{
    private const string Topic = "events";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Func<ClientConfig> settings;
    private readonly int partitions;
    private readonly IProducer<Null, string> producer;
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentDictionary<int, List<int>> confirmed = new();
    private readonly ConcurrentQueue<string> failures = [];
    private readonly Task writing;
    private long lastAt = Stopwatch.GetTimestamp();
    private TimeSpan longest;

    private KafkaTraffic(Func<ClientConfig> settings, int partitions)
    {
        (this.settings, this.partitions) = (settings, partitions);
        producer = new ProducerBuilder<Null, string>(new ProducerConfig(settings()) { Acks = Acks.All, EnableIdempotence = true, LingerMs = 5, MessageTimeoutMs = 60_000 }).SetLogHandler((_, _) => { }).Build();
        writing = Task.Run(Write);
    }

    public static async Task<KafkaTraffic> StartAsync(Func<ClientConfig> settings, int partitions, short copies)
    {
        using var admin = new AdminClientBuilder(settings()).SetLogHandler((_, _) => { }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = Topic, NumPartitions = partitions, ReplicationFactor = copies }]);
        return new KafkaTraffic(settings, partitions);
    }

    private void Write()
    {
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            for (var partition = 0; partition < partitions; partition++)
                producer.Produce(new TopicPartition(Topic, partition), new Message<Null, string> { Value = number.ToString(System.Globalization.CultureInfo.InvariantCulture) }, Confirmed);
            stop.Token.WaitHandle.WaitOne(5);
        }
        producer.Flush(Patience);
    }

    private void Confirmed(DeliveryReport<Null, string> report)
    {
        if (report.Error.IsError)
        {
            failures.Enqueue(report.Error.ToString());
            return;
        }
        var now = Stopwatch.GetTimestamp();
        var gap = Stopwatch.GetElapsedTime(Interlocked.Exchange(ref lastAt, now), now);
        if (gap > longest)
            longest = gap;
        confirmed.GetOrAdd(report.Partition.Value, _ => []).Add(int.Parse(report.Message.Value, System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>Stops writing, reads all of it: everything that was confirmed is there, once and in order.</summary>
    /// <returns>How much there was, and the longest time in which nothing was confirmed.</returns>
    public async Task<(int Count, TimeSpan Gap)> CheckAsync()
    {
        await stop.CancelAsync();
        await writing;
        failures.ShouldBeEmpty();
        var read = new Dictionary<int, List<int>>();
        using var consumer = new ConsumerBuilder<Null, string>(new ConsumerConfig(settings()) { GroupId = "check", EnablePartitionEof = true, EnableAutoCommit = false }).SetLogHandler((_, _) => { }).Build();
        consumer.Assign(Enumerable.Range(0, partitions).Select(partition => new TopicPartitionOffset(Topic, partition, Offset.Beginning)));
        var since = Stopwatch.StartNew();
        for (var ended = 0; ended < partitions;)
        {
            since.Elapsed.ShouldBeLessThan(Patience);
            if (consumer.Consume(TimeSpan.FromSeconds(1)) is not { } result)
                continue;
            if (result.IsPartitionEOF)
                ended++;
            else
                (read.TryGetValue(result.Partition.Value, out var list) ? list : read[result.Partition.Value] = []).Add(int.Parse(result.Message.Value, System.Globalization.CultureInfo.InvariantCulture));
        }
        foreach (var (partition, numbers) in confirmed)
        {
            numbers.Count.ShouldBeGreaterThan(0);
            read[partition].ShouldBe(numbers, $"partition {partition}");
        }
        return (read.Values.Sum(list => list.Count), longest);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await writing.WaitAsync(Patience);
        producer.Dispose();
        stop.Dispose();
    }
}
