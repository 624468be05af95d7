using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Tests.Sdk.Specification;

public sealed class FileTemplateTests
{
    [Fact]
    public void Fills_in_values_as_they_are() =>
        FileTemplate.Parse("a {{ a }}\n", "test").Render("x.conf", new Dictionary<string, object> { ["a"] = "<&\"{{ b }}" })
            .ShouldBe(new GeneratedFile("x.conf", "a <&\"{{ b }}\n"));

    [Theory]
    [InlineData("1\nspark.authenticate false")]
    [InlineData("1\r2")]
    [InlineData("1\0")]
    public void Refuses_a_value_that_could_become_a_second_setting(string value) =>
        Should.Throw<ArgumentException>(() => FileTemplate.Parse("a {{ a }}", "test").Render("x.conf", new Dictionary<string, object> { ["a"] = value }))
            .Message.ShouldContain("value of a");

    [Fact]
    public void Refuses_a_placeholder_without_a_value() =>
        Should.Throw<InvalidOperationException>(() => FileTemplate.Parse("a {{ b }}", "test").Render("x.conf", new Dictionary<string, object> { ["a"] = "1" }));

    [Fact]
    public void Names_the_file_that_is_no_template() =>
        Should.Throw<InvalidDataException>(() => FileTemplate.Parse("{{ a", "spark.conf.liquid")).Message.ShouldContain("spark.conf.liquid");
}
