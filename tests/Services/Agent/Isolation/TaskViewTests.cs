using DataPlatform.Services.Agent.Isolation;

namespace DataPlatform.Services.Tests.Agent.Isolation;

public sealed class TaskViewTests
{
    private const string Sandbox = "/var/lib/agent/slaves/s/run";

    [Fact]
    public void Hides_the_work_directory_and_shows_the_sandbox_in_it()
    {
        var view = TaskView.Of("/var/lib/agent", [new ShownFolder(Sandbox, false)], _ => false);

        view.Hidden.ShouldBe(["/var/lib/agent"]);
        view.Folders.ShouldBe(["/var/lib/agent/slaves", "/var/lib/agent/slaves/s", Sandbox]);
    }

    [Fact]
    public void Hides_the_outermost_folder_that_only_its_owner_may_enter()
    {
        var view = TaskView.Of("/root/clone/agent", [new ShownFolder("/root/clone/agent/run", false), new ShownFolder("/srv/lake", false)], path => path is "/root" or "/root/clone/agent");

        view.Hidden.ShouldBe(["/root"]);
        view.Folders.ShouldBe(["/root/clone", "/root/clone/agent", "/root/clone/agent/run"]);
    }

    [Fact]
    public void Shows_a_sandbox_below_a_temporary_folder_within_the_task_s_own()
    {
        var view = TaskView.Of("/tmp/agent", [new ShownFolder("/tmp/agent/run", false)], path => path == "/tmp/agent");

        view.Hidden.ShouldBe(["/tmp/agent"], "in memory, so that the task's disk holds one folder for it and no more");
        view.Folders.ShouldBe(["/tmp/agent/run"]);
    }
}
