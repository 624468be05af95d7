using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Clusters;

namespace DataPlatform.Services.Tests.ControlPlane.Clusters;

public sealed class OptionsCheckTests
{
    private static readonly PackageView Package = new ScriptedOperator().Package;

    [Theory]
    [InlineData("""{"workers":0}""", "options.workers", "at least 1")]
    [InlineData("""{"workers":21}""", "options.workers", "at most 20")]
    [InlineData("""{"workers":1.5}""", "options.workers", "whole number")]
    [InlineData("""{"workers":"2"}""", "options.workers", "whole number")]
    [InlineData("""{"workers":null}""", "options.workers", "whole number")]
    [InlineData("""{"mode":"fast"}""", "options.mode", "one of batch, interactive")]
    [InlineData("""{"shuffle":"yes"}""", "options.shuffle", "true or false")]
    [InlineData("""{"label":"a\nb"}""", "options.label", "at most 20 characters")]
    [InlineData("""{"label":"123456789012345678901"}""", "options.label", "at most 20 characters")]
    [InlineData("""{"wrokers":2}""", "options.wrokers", "workers, memory")]
    public void Names_the_field_and_what_it_may_hold(string options, string field, string allowed)
    {
        var problem = OptionsCheck.Problems(Package, JsonNode.Parse(options)!.AsObject()).ShouldHaveSingleItem();
        problem.Field.ShouldBe(field);
        problem.Allowed.ShouldNotBeNull().ShouldContain(allowed);
    }

    [Fact]
    public void Names_every_field_that_is_wrong() =>
        OptionsCheck.Problems(Package, JsonNode.Parse("""{"workers":0,"memory":1,"mode":"x"}""")!.AsObject()).Select(problem => problem.Field)
            .ShouldBe(["options.workers", "options.memory", "options.mode"], ignoreOrder: true);

    [Fact]
    public void Nothing_given_takes_the_defaults()
    {
        OptionsCheck.Problems(Package, null).ShouldBeEmpty();
        OptionsCheck.WithDefaults(Package.Defaults, new JsonObject { ["workers"] = 3 }).ToJsonString()
            .ShouldBe("""{"workers":3,"memory":1024,"mode":"batch","shuffle":true,"label":""}""");
    }

    [Fact]
    public void A_name_with_control_characters_is_not_repeated() =>
        OptionsCheck.Problems(Package, new JsonObject { ["a\nb"] = 1 }).ShouldHaveSingleItem().Field.ShouldNotContain("\n");
}
