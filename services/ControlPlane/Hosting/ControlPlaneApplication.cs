using System.Net;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Client.Scheduler;
using DataPlatform.Operators.Sdk;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Packages;
using DataPlatform.Operators.Sdk.State;
using DataPlatform.Services.ControlPlane.Access;
using DataPlatform.Services.ControlPlane.Blueprints;
using DataPlatform.Services.ControlPlane.Charts;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Exec;
using DataPlatform.Services.ControlPlane.Lake;
using DataPlatform.Services.ControlPlane.Lake.Served;
using DataPlatform.Services.ControlPlane.Lake.Sql;
using DataPlatform.Services.ControlPlane.Leading;
using DataPlatform.Services.ControlPlane.Operators;
using DataPlatform.Services.ControlPlane.Packages;
using DataPlatform.Services.ControlPlane.Pool;
using DataPlatform.Services.ControlPlane.Proxy;
using DataPlatform.Services.ControlPlane.Recurring;
using DataPlatform.Services.ControlPlane.Rest;
using DataPlatform.Services.ControlPlane.Rest.Description;
using DataPlatform.Services.ControlPlane.Settings;
using DataPlatform.Services.ControlPlane.Storage;
using DataPlatform.Services.ControlPlane.Tables;
using DataPlatform.Services.ControlPlane.WebConsole;
using DataPlatform.Services.Hosting.Credentials;
using DataPlatform.Services.Hosting.Files;
using DataPlatform.Services.Hosting.Serving;
using Hangfire;
using Hangfire.InMemory;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.WebUtilities;
using MudBlazor.Services;
using Scalar.AspNetCore;

namespace DataPlatform.Services.ControlPlane.Hosting;

/// <summary>Puts the control plane together.</summary>
public static class ControlPlaneApplication
{
    /// <summary>Of everything but what goes on to an engine. Forms and calls are small.</summary>
    private const int LargestBody = 256 * 1024;

    /// <summary>By then the cluster that brought a package here mostly serves.</summary>
    private static readonly TimeSpan ClassArchivesAfter = TimeSpan.FromSeconds(30);

    /// <summary>A page of an engine takes a second descriptor, for the connection to the engine.</summary>
    private const double ConnectionShare = 0.4;

    /// <param name="configure">Last word on the services: tests put their clock and operators in here.</param>
    public static WebApplication Build(ControlPlaneSettings settings, Action<IServiceCollection>? configure = null)
    {
        WorkDirectory.Create("work-dir", settings.WorkDir, AtomicFile.OwnerFolder);
        Directory.CreateDirectory(settings.Lake);
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(ControlPlaneApplication).Assembly.GetName().Name, ContentRootPath = AppContext.BaseDirectory, EnvironmentName = Environments.Production,
        });
        // In a build folder the console's files are where their packages left them; a published folder has them itself.
        if (File.Exists(Path.Combine(AppContext.BaseDirectory, "dp-control-plane.staticwebassets.runtime.json"))) builder.WebHost.UseStaticWebAssets();
        builder.WebHost.UseSetting("urls", "");
        var side = settings.Pages is PagesAddress.OfOnePort pages ? new SidePort(pages.Port) : null;
        builder.ListenOn(new Listener(settings.Ip, settings.Port, LargestBody, Names: null, ConnectionShare) { Side = side });
        builder.Services.AddSingleton(provider => new ServerAddress(provider.GetRequiredService<IServer>(), settings, side));
        builder.Logging.ToConsole().SetMinimumLevel(LogLevel.Warning)
            .AddFilter("DataPlatform", LogLevel.Information).AddFilter("DataPlatform.Services.ControlPlane.Access", LogLevel.Warning).AddFilter("Yarp", LogLevel.Error).AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error).AddFilter("Hangfire", LogLevel.Warning);
        AddServices(builder.Services, settings);
        configure?.Invoke(builder.Services);
        var app = builder.Build();
        MapRoutes(app);
        return app;
    }

    private static void AddServices(IServiceCollection services, ControlPlaneSettings settings)
    {
        var credential = settings.CredentialFile is { } file ? CredentialFile.ReadOne("credential", file) : null;
        services.AddSingleton(settings).AddSingleton(TimeProvider.System).AddSingleton(Console.Out);
        var database = OpenDatabase(settings);
        // Made here and let go with the others.
        services.AddSingleton(_ => database).AddSingleton(provider => new Lease(database, settings.Database.Lease, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IClusterDocuments, ClusterDocuments>().AddSingleton<Leadership>();
        services.AddSingleton<ClusterStore>().AddSingleton<TokenStore>().AddSingleton<AuditLog>().AddSingleton<MetricsReaders>().AddSingleton<LoginLinks>().AddSingleton<HostGuard>().AddSingleton<TokenDesk>().AddSingleton<OpenRequests>();
        services.AddSingleton<Catalogue>().AddSingleton<ClusterDependencies>().AddSingleton<BlueprintStore>().AddSingleton<BlueprintViews>().AddSingleton<BlueprintDesk>().AddSingleton<LaunchDesk>().AddSingleton<ChangeDesk>().AddSingleton<ClusterViews>().AddSingleton<ClusterChanges>();
        services.AddSingleton<LifetimeSweep>().AddSingleton<Removals>().AddSingleton<LeftoverSweep>().AddSingleton<OperationSweep>().AddSingleton<OrphanSweep>().AddSingleton<RetentionSweep>();
        services.AddSingleton<FileServers>().AddSingleton<WebHdfs>().AddSingleton<ServedDatasets>();
        var copies = Path.Combine(Path.GetFullPath(settings.WorkDir), "copies");
        services.AddSingleton(provider => new FileCopies(copies, provider.GetRequiredService<WebHdfs>())).AddSingleton(provider => new LakeReader(settings.Lake, provider.GetRequiredService<ServedDatasets>(), copies));
        services.AddSingleton(new MasterReader(settings, credential)).AddSingleton(provider => new KnownAgents(provider.GetRequiredService<MasterReader>().HostsAsync, provider.GetRequiredService<TimeProvider>())).AddSingleton<PoolWatch>().AddSingleton(new PendingReader(settings, credential)).AddSingleton<WhyDesk>().AddSingleton(_ => new AgentClients(credential)).AddSingleton<TaskLogs>();
        services.AddSingleton(provider => new SqlDesk(provider.GetRequiredService<LakeReader>(), Path.Combine(AppContext.BaseDirectory, "dp-control-plane"), settings.TaskUser)
        {
            Report = complaint => provider.GetRequiredService<ILoggerFactory>().CreateLogger("DataPlatform.Sql").LogWarning("A query's process ended without an answer: {Complaint}", complaint),
        });
        services.AddSingleton<RunningTasks>().AddSingleton<ExecSeats>().AddSingleton<TaskExec>().AddSingleton<TableProbe>().AddSingleton<HandOutDesk>().AddSingleton<TableDesk>();
        services.AddSingleton<ChartProbe>().AddSingleton<ChartDesk>();
        services.AddSingleton<PageAddresses>().AddSingleton<PagePasses>().AddSingleton<PageEntrance>().AddSingleton<EngineProxy>();
        services.AddSingleton(provider => new PackageStore(
            new PackageStoreOptions
            {
                Folder = settings.Store, MavenRepository = settings.MavenRepository, Wheels = settings.Wheels, User = settings.TaskUser, ClassArchivesAfter = ClassArchivesAfter,
                Report = problem => provider.GetRequiredService<ILoggerFactory>().CreateLogger("DataPlatform.Packages").LogWarning("{Problem}", problem),
            },
            () => new Uri(provider.GetRequiredService<ServerAddress>().Url)));
        services.AddHttpForwarder();
        AddProtection(services.AddDataProtection(), settings, database);
        services.AddAuthentication(AccessHandler.SchemeName).AddScheme<AuthenticationSchemeOptions, AccessHandler>(AccessHandler.SchemeName, null);
        // Deny by default: an endpoint that says nothing needs a login.
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        services.ConfigureHttpJsonOptions(options => Refusals.Configure(options.SerializerOptions));
        services.AddOpenApi(ApiDescription.Describe);
        services.AddHangfire(hangfire => hangfire.UseInMemoryStorage(new InMemoryStorageOptions { MaxExpirationTime = TimeSpan.FromHours(1) }));
        services.AddWhileLeading<JobServer>().AddWhileLeading<RecurringWork>().AddWhileLeading<OperatorHost>().AddWhileLeading<Announcement>();
        services.AddHostedService(provider => provider.GetRequiredService<Leadership>()).AddHostedService<EndpointAnnouncement>();
        services.AddSingleton<PackageDesk>().AddSingleton<PackageUsers>().AddSingleton(new OperatorFactory(static _ => null));
        if (settings.Master is { } master) AddOperators(services, settings, new SchedulerClientSettings(master, credential) { OtherMasters = settings.OtherMasters });
        services.AddCascadingAuthenticationState();
        services.AddScoped<AuthenticationStateProvider, OpenPage>();
        services.AddMudServices();
        services.AddRazorComponents().AddInteractiveServerComponents();
    }

    private static Database OpenDatabase(ControlPlaneSettings settings) => settings.Database.Shared is { } shared
        ? new PostgresDatabase(shared, longestHold: settings.Database.Lease / 2)
        : new SqliteDatabase(Path.Combine(settings.WorkDir, "control-plane.db"), settings.Database.AcceptedLoss);

    private static void AddProtection(IDataProtectionBuilder protection, ControlPlaneSettings settings, Database database)
    {
        protection.SetApplicationName("dp-control-plane");
        if (database.IsShared) protection.Services.Configure<KeyManagementOptions>(options => options.XmlRepository = new ProtectionKeys(database));
        else protection.PersistKeysToFileSystem(Directory.CreateDirectory(Path.Combine(settings.WorkDir, "keys")));
    }

    private static void AddOperators(IServiceCollection services, ControlPlaneSettings settings, SchedulerClientSettings scheduler)
    {
        PackageSchedulers Make(IServiceProvider provider, ServicePackage package) => new(
            package, provider.GetRequiredService<PackageStore>(), settings.Lake,
            (id, name) => new ClusterScheduler(
                package, id, name, new SchedulerSettings(scheduler, settings.Lake, settings.TaskUser)
                {
                    FirstTurn = "what was asked for before", PlatformUrl = () => provider.GetRequiredService<ServerAddress>().PublicUrl,
                },
                provider.GetRequiredService<PackageStore>(), provider.GetRequiredService<IClusterDocuments>(), provider.GetRequiredService<TimeProvider>()),
            provider.GetRequiredService<ILoggerFactory>().CreateLogger("DataPlatform.Operators." + package.Name));

        var declared = PackageScan.Of([Path.Combine(AppContext.BaseDirectory, "packages"), settings.InstalledPackages]);
        foreach (var package in declared.Packages) services.AddSingleton(package);
        foreach (var package in declared.Packages) services.AddSingleton<IClusterOperator>(provider => Make(provider, package));
        foreach (var broken in declared.Broken)
        {
            services.AddSingleton(broken);
            Console.Error.WriteLine($"The package {broken.Name} is left out: {broken.Reason}");
        }

        services.AddSingleton(provider => new OperatorFactory(package => Make(provider, package)));
    }

    private static void MapRoutes(WebApplication app)
    {
        app.Use((context, next) => SecurityHeaders.Invoke(context, next));
        app.Use((context, next) => app.Services.GetRequiredService<HostGuard>().Invoke(context, next));
        app.Use((context, next) => FollowerRedirect.Invoke(context, app.Services.GetRequiredService<Leadership>(), next));
        app.Use((context, next) => app.Services.GetRequiredService<PageEntrance>().Invoke(context, next));
        app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = Unexpected, SuppressDiagnosticsCallback = thrown => Refusal(thrown.HttpContext, thrown.Exception) is not null });
        app.UseWhen(LoginWall.IsPage, pages => pages.UseStatusCodePagesWithReExecute("/not-found"));
        app.UseWhen(context => !LoginWall.IsPage(context), rest => rest.UseStatusCodePages(pages => Refusals.Write(
            pages.HttpContext, new(ReasonPhrases.GetReasonPhrase(pages.HttpContext.Response.StatusCode), pages.HttpContext.Response.StatusCode,
                pages.HttpContext.Response.StatusCode == StatusCodes.Status413PayloadTooLarge ? $"At most {LargestBody} bytes are read." : null, null))));
        app.UseWebSockets();
        app.UseRouting();
        app.UseAuthentication();
        app.Use((context, next) => LoginWall.Invoke(context, next));
        app.Use((context, next) => CrossSiteGuard.Invoke(context, next));
        app.UseAuthorization();
        app.Use((context, next) => app.Services.GetRequiredService<OpenRequests>().Invoke(context, next));
        app.UseAntiforgery();
        HealthRoute.Map(app);
        LoginPage.Map(app);
        ApiRoutes.Map(app);
        StoreRoutes.Map(app);
        MetricsRoute.Map(app);
        EngineProxy.Map(app);
        app.MapOpenApi();
        app.MapScalarApiReference("/docs", reference => reference.WithTitle("DataPlatform")
            .DisableDefaultFonts().DisableTelemetry().DisableAgent().DisableMcp().HideDeveloperTools().HideClientButton());
        app.MapStaticAssets();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(mode => mode.ContentSecurityFrameAncestorsPolicy = null);
    }

    private static Task Unexpected(HttpContext context) => Refusals.Write(
        context,
        (context.Features.Get<IExceptionHandlerFeature>() is { } thrown ? Refusal(context, thrown.Error) : null)
            ?? new("Something went wrong here", 500, "The control plane's log has the cause; request " + context.TraceIdentifier, null));

    private static Problem? Refusal(HttpContext context, Exception error) => DatabaseRefusal.Of(error, context.RequestServices.GetRequiredService<Database>());
}
