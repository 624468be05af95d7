using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using DataPlatform.Services.Master;
using DataPlatform.Services.Master.Leading;
using DataPlatform.Services.Master.Writing;
using Microsoft.Extensions.Logging.Abstractions;

namespace DataPlatform.Services.Tests.Master.Writing;

/// <summary>A master's terms over a journal and a clock of the test's, without the wire.</summary>
internal sealed class RunningPool : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly MasterJournal journal;
    private readonly MasterTerms terms;
    private int masters;

    private RunningPool(FaultyJournal journal, long shortenAfter, PoolSettings settings)
    {
        Journal = journal;
        this.journal = new MasterJournal(journal, NullLogger<MasterJournal>.Instance, shortenAfter);
        terms = new MasterTerms(new SoleLeadership(this.journal), () => new MasterInfo { Id = $"M{masters++}", Ip = 0, Port = 5050 },
            settings with { Access = AccessRules.Everybody }, Time, NullLoggerFactory.Instance);
    }

    public SteppableTime Time { get; } = new();

    public FaultyJournal Journal { get; }

    public MasterCondition Condition => terms.Condition;

    /// <summary>What went so wrong that the process would end.</summary>
    public Exception? Failure { get; private set; }

    public MasterRuntime Term => terms.Current.ShouldNotBeNull();

    public static async Task<RunningPool> StartAsync(FaultyJournal? journal = null, long shortenAfter = MasterJournal.ShortenAfter, PoolSettings? settings = null)
    {
        var pool = new RunningPool(journal ?? new FaultyJournal(), shortenAfter, settings ?? new PoolSettings());
        await pool.terms.StartAsync(error => pool.Failure = error);
        return pool;
    }

    /// <summary>Once another term than that one has begun.</summary>
    public async Task<MasterRuntime> NextTermAsync(MasterRuntime before)
    {
        await WaitAsync(() => Task.FromResult(terms.Current is { } now && now != before));
        return Term;
    }

    public static async Task WaitAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await condition())
            await Task.Delay(5, patience.Token);
    }

    private static Caller Anyone { get; } = new Caller.Unnamed("127.0.0.1");

    public async Task<string> SubscribeAsync(string stream, double failoverSeconds = 60, string? id = null)
    {
        (await DoAsync(Subscribe(stream, failoverSeconds, id))).ShouldBeOfType<PoolOutcome.Accepted>();
        return await ReadAsync(state => state.Frameworks.Values.Single(framework => framework.StreamId == stream).Id);
    }

    public static PoolCommand Subscribe(string stream, double failoverSeconds = 60, string? id = null)
    {
        var info = new FrameworkInfo { User = "nobody", Name = "framework", Role = "role", FailoverTimeout = failoverSeconds };
        var call = new SchedulerCall { Type = SchedulerCall.Types.Type.Subscribe, Subscribe = new() { FrameworkInfo = info } };
        if (id is not null)
            call.FrameworkId = info.Id = new FrameworkID { Value = id };
        return new PoolCommand.Subscribe(call, stream, Anyone);
    }

    public Task<PoolOutcome> RegisterAsync(string stream, string? id = null) => DoAsync(Register(stream, id));

    public static PoolCommand Register(string stream, string? id = null)
    {
        var info = new AgentInfo { Hostname = "host", Port = 5051 };
        info.Resources.Add(ResourceText.Parse("cpus:4;mem:1024").ToMessages());
        return new PoolCommand.RegisterAgent(new AgentCall.Types.Register { AgentInfo = info, Version = "1" },
            id is null ? null : new AgentID { Value = id }, stream, Anyone);
    }

    public Task<PoolOutcome> DeclineAsync(string framework, string stream, PooledOffer offer, double seconds)
    {
        var call = new SchedulerCall
        {
            Type = SchedulerCall.Types.Type.Decline,
            FrameworkId = new FrameworkID { Value = framework },
            Decline = new() { Filters = new() { RefuseSeconds = seconds } },
        };
        call.Decline.OfferIds.Add(new OfferID { Value = offer.Id });
        return DoAsync(new PoolCommand.SchedulerRequest(call, stream, Anyone));
    }

    public Task<PoolOutcome> TickAfterAsync(TimeSpan time)
    {
        Time.Pass(time);
        return DoAsync(new PoolCommand.Tick());
    }

    public Task<PoolOutcome> DoAsync(PoolCommand command) => Term.Writer.DecideAsync(command, CancellationToken.None);

    public Task<T> ReadAsync<T>(Func<PoolState, T> query) => Term.Replica.ReadAsync(query, CancellationToken.None);

    public Task<List<PooledOffer>> OffersAsync() => ReadAsync(state => state.Offers.Values.ToList());

    public async ValueTask DisposeAsync()
    {
        await terms.DisposeAsync();
        await journal.DisposeAsync();
    }
}
