using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using DataPlatform.Services.Master.Streams;
using DataPlatform.Services.Master.Writing;
using Microsoft.Extensions.Logging.Abstractions;

namespace DataPlatform.Services.Tests.Master.Writing;

/// <summary>The writer with a real journal and a clock of the test's, without the wire.</summary>
internal sealed class RunningPool : IAsyncDisposable
{
    private readonly TemporaryWork work = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly MasterJournal journal;
    private readonly Task running;

    public RunningPool(PoolSettings? settings = null)
    {
        journal = MasterJournal.Open(work.Path);
        var state = new PoolState(new MasterInfo { Id = "M", Ip = 0, Port = 5050 }, settings ?? new PoolSettings(), Time.GetUtcNow());
        Writer = new PoolWriter(state, new StreamTable(), Time, journal, NullLogger<PoolWriter>.Instance);
        running = Task.Run(() => Writer.RunAsync(stopping.Token));
    }

    public SteppableTime Time { get; } = new();

    public PoolWriter Writer { get; }

    public async Task<string> SubscribeAsync(string stream, double failoverSeconds)
    {
        var info = new FrameworkInfo { User = "nobody", Name = stream, Role = "role", FailoverTimeout = failoverSeconds };
        await DoAsync(new PoolCommand.Subscribe(
            new SchedulerCall { Type = SchedulerCall.Types.Type.Subscribe, Subscribe = new() { FrameworkInfo = info } }, stream, Principal: null));
        return await Writer.QueryAsync(state => state.Frameworks.Values.Single(framework => framework.StreamId == stream).Id, default);
    }

    public Task<PoolOutcome> RegisterAsync(string stream)
    {
        var info = new AgentInfo { Hostname = stream, Port = 5051 };
        info.Resources.Add(ResourceText.Parse("cpus:4;mem:1024").ToMessages());
        return DoAsync(new PoolCommand.RegisterAgent(
            new AgentCall.Types.Register { AgentInfo = info, Version = "1" }, AgentId: null, stream, "127.0.0.1"));
    }

    public Task<PoolOutcome> DeclineAsync(string framework, string stream, Offer offer, double seconds)
    {
        var call = new SchedulerCall
        {
            Type = SchedulerCall.Types.Type.Decline,
            FrameworkId = new FrameworkID { Value = framework },
            Decline = new() { Filters = new() { RefuseSeconds = seconds } },
        };
        call.Decline.OfferIds.Add(offer.Id);
        return DoAsync(new PoolCommand.SchedulerRequest(call, stream, Principal: null));
    }

    public Task<PoolOutcome> DoAsync(PoolCommand command) => Writer.DecideAsync(command, CancellationToken.None);

    public Task<List<Offer>> OffersAsync() => Writer.QueryAsync(state => state.Offers.Values.ToList(), default);

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await running.ContinueWith(_ => { }, TaskScheduler.Default);
        await journal.DisposeAsync();
        stopping.Dispose();
        work.Dispose();
    }
}
