using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Images;
using static DataPlatform.Services.Tests.Agent.Images.ImageCommandTests;
using static DataPlatform.Services.Tests.Agent.Running.AgentUnderTest;
using DockerInfo = DataPlatform.Core.Protocol.Mesos.ContainerInfo.Types.DockerInfo;

namespace DataPlatform.Services.Tests.Agent.Images;

public sealed class ImageRulesTests
{
    public static TheoryData<string, string> Refused => new()
    {
        { """{"image":"Upper"}""", "task.container.docker.image 'Upper' is no name of an image" },
        { """{"image":"a","privileged":true}""", "task.container.docker.privileged" },
        { """{"image":"a","network":"USER"}""", "task.container.docker.network USER is not supported" },
        { """{"image":"a","network":"BRIDGE","port_mappings":[{"host_port":22,"container_port":80}]}""", "host_port 22 is none of the ports that the task was offered" },
        { """{"image":"a","network":"BRIDGE","port_mappings":[{"host_port":31000,"container_port":80},{"host_port":31000,"container_port":81}]}""", "host_port 31000 is mapped twice" },
        { """{"image":"a","network":"BRIDGE","port_mappings":[{"host_port":31000,"container_port":80,"protocol":"sctp"}]}""", "protocol 'sctp' is not tcp or udp" },
        { """{"image":"a","network":"BRIDGE","port_mappings":[{"host_port":31000,"container_port":70000}]}""", "container_port 70000 is not from 1 to 65535" },
        { """{"image":"a","port_mappings":[{"host_port":31000,"container_port":80}]}""", "task.container.docker.port_mappings" },
        { """{"image":"a","volume_driver":"rexray"}""", "task.container.docker.volume_driver" },
        { """{"image":"a","parameters":[{"key":"cap-add","value":"ALL"}]}""", "'cap-add' is not allowed; allowed are entrypoint, env, workdir" },
        { """{"image":"a","parameters":[{"key":"env","value":"NAME"}]}""", "is not NAME=VALUE" },
        { """{"image":"a","parameters":[{"key":"workdir","value":"/a/../b"}]}""", "workdir '/a/../b' is not an absolute path" },
    };

    [Theory, MemberData(nameof(Refused))]
    public void Refuses_what_it_can_not_give_by_the_field_s_name(string docker, string reason) =>
        WhyNot(new ContainerInfo { Type = ContainerInfo.Types.Type.Docker, Docker = DataPlatform.Core.Protocol.MesosJson.Parse<DockerInfo>(System.Text.Encoding.UTF8.GetBytes(docker)) })!.ShouldContain(reason);

    [Fact]
    public void Refuses_an_image_that_is_not_of_Docker_s_kind_or_needs_a_login()
    {
        var appc = Container(docker: false);
        appc.Mesos.Image.Type = Image.Types.Type.Appc;
        var secret = Container(docker: false);
        secret.Mesos.Image.Docker.Credential = new Credential { Principal = "p" };
        var mixed = Container(docker: true);
        mixed.Type = ContainerInfo.Types.Type.Mesos;

        WhyNot(appc)!.ShouldContain("only images of type DOCKER");
        WhyNot(secret)!.ShouldContain("credential and config are not supported");
        WhyNot(mixed)!.ShouldContain("task.container.type is MESOS and task.container.docker is there");
        WhyNot(new ContainerInfo { Type = ContainerInfo.Types.Type.Docker })!.ShouldContain("task.container.docker is missing");
        WhyNot(Container(docker: true)).ShouldBeNull();
        WhyNot(Container(docker: false)).ShouldBeNull();
    }

    private static string? WhyNot(ContainerInfo container)
    {
        var task = TaskOf("t", "true");
        task.Container = container;
        task.Resources.Add(new Resource { Name = "ports", Type = Value.Types.Type.Ranges, Ranges = new Value.Types.Ranges { Range = { new Value.Types.Range { Begin = 31000, End = 31001 } } } });
        return ImageRules.WhyNot(task);
    }
}
