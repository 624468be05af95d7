using System.Reflection;
using DataPlatform.Services.Agent.Native;

namespace DataPlatform.Services.Tests.Agent.Launching;

public sealed class ThreadWorkTests
{
    /// <summary>
    /// Any other method is counted when it is called, and at some call the runtime starts a thread to compile it again: from the thread
    /// that calls, which can't when its children have process ids of their own. It takes hours of launches to come about by chance.
    /// </summary>
    [Fact]
    public void All_that_runs_on_a_thread_that_can_start_no_other_is_compiled_for_good()
    {
        const BindingFlags all = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        var onThread = typeof(ThreadWork).GetNestedTypes(BindingFlags.NonPublic).SelectMany(type => type.GetMethods(all))
            .Append(typeof(ThreadWork).GetMethod(nameof(ThreadWork.Run), all)!).ToList();

        onThread.Count.ShouldBe(2);
        onThread.ShouldAllBe(method => method.MethodImplementationFlags.HasFlag(MethodImplAttributes.AggressiveOptimization));
    }
}
