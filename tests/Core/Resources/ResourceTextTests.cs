using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Tests.Resources;

public class ResourceTextTests
{
    [Theory]
    [InlineData("cpus:4;mem:4096;disk:10240;ports:[31000-31999]", "cpus:4;disk:10240;mem:4096;ports:[31000-31999]")]
    [InlineData(" cpus : 0.5 ; cpus:0.25; ", "cpus:0.75")]
    [InlineData("ports:[31000-31009, 31020-31020]", "ports:[31000-31009,31020-31020]")]
    [InlineData("cpus(kafka):1;disks:{sdb,sda}", "cpus(kafka):1;disks:{sda,sdb}")]
    [InlineData("", "")]
    public void Reads_the_form_of_Mesos(string text, string expected) =>
        ResourceText.Parse(text).ToString().ShouldBe(expected);

    [Theory]
    [InlineData("cpus", "'cpus' has no ':'")]
    [InlineData("cpus:", "'cpus' has no value")]
    [InlineData("cpus:-1", "'cpus' has '-1': a number from 0")]
    [InlineData("cpus:4;mem:lots", "'mem' has 'lots'")]
    [InlineData("ports:[31000]", "the range '31000': two whole numbers")]
    [InlineData("ports:[9-1]", "'9-1', which ends before it begins")]
    [InlineData("ports:[1-2", "end with ']'")]
    [InlineData("ports:[1-2];ports:[2-3]", "given twice")]
    [InlineData("ports:[1-2];ports:3", "given twice")]
    [InlineData("cpus(a/../b):1", "'..' are not allowed")]
    [InlineData("cpus(a:1", "a role without ')'")]
    [InlineData("cp us:1", "'cp us' is not allowed")]
    [InlineData("cpus:NaN", "'NaN'")]
    public void Says_what_is_wrong_and_where(string text, string reason)
    {
        ResourceText.TryParse(text, out _, out var actual).ShouldBeFalse();
        actual.ShouldNotBeNull().ShouldContain(reason);
    }

    [Fact]
    public void Reads_attributes()
    {
        var attributes = AttributeText.Parse("rack:r1;zone:eu:west;level:3;spare:[1-5]");
        attributes.Select(attribute => $"{attribute.Name}={AttributeText.Show(attribute)}")
            .ShouldBe(["rack=r1", "zone=eu:west", "level=3", "spare=[1-5]"]);
        attributes[0].Type.ShouldBe(Value.Types.Type.Text);
        attributes[2].Type.ShouldBe(Value.Types.Type.Scalar);
    }

    [Theory]
    [InlineData("rack", "'rack' is not of the form name:value")]
    [InlineData(":r1", "name:value")]
    [InlineData("ra ck:r1", "'ra ck' is not allowed")]
    [InlineData("spare:[1-", "ranges end with ']'")]
    public void Says_what_is_wrong_with_attributes(string text, string reason)
    {
        AttributeText.TryParse(text, out _, out var actual).ShouldBeFalse();
        actual.ShouldNotBeNull().ShouldContain(reason);
    }
}
