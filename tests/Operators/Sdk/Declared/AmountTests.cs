using System.Text.Json.Nodes;
using DataPlatform.Operators.Sdk.Declared;

namespace DataPlatform.Operators.Tests.Sdk.Declared;

public sealed class AmountTests
{
    private static readonly Dictionary<string, OptionDeclaration> Options = new[] { Number("memory", 64, 1024), Number("workers", 1, 8), Number("twice", 0, 0) with { Type = OptionType.Boolean, Minimum = null, Maximum = null, Default = JsonValue.Create(false) } }.ToDictionary(option => option.Name);

    [Theory]
    [InlineData("3", 3)]
    [InlineData("0.5", 0.5)]
    [InlineData("{{ memory }}", 100)]
    [InlineData("{{memory}} + 64", 164)]
    [InlineData("{{ memory }} * {{ workers }} + 2 * 3", 206)]
    [InlineData("{{ twice }} + 1", 2)]
    [InlineData("1000 - {{ memory }} * 2 - 1", 799)]
    public void Computes_sums_differences_and_products(string text, double expected) =>
        Amount.Parse(text, Options, out _).ShouldNotBeNull().Of(new JsonObject { ["memory"] = 100, ["workers"] = 2, ["twice"] = true }).ShouldBe((decimal)expected);

    [Theory]
    [InlineData("{{ memory }} * {{ workers }} - 64", 0, 8128)]
    [InlineData("100 - {{ workers }}", 92, 99)]
    [InlineData("{{ twice }} * 10 + 1", 1, 11)]
    public void Knows_between_which_numbers_it_is(string text, int least, int most) =>
        Amount.Parse(text, Options, out _).ShouldNotBeNull().Range().ShouldBe((least, most));

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("memory")]
    [InlineData("{{ memory }} {{ memory }}")]
    [InlineData("{{ memory }} +")]
    [InlineData("{{ memory | plus: 1 }}")]
    [InlineData("1e9")]
    [InlineData("(1 + 2) * 3")]
    public void Refuses_what_is_no_amount(string text)
    {
        Amount.Parse(text, Options, out var why).ShouldBeNull();
        why.ShouldNotBeNull();
    }

    [Fact]
    public void Refuses_options_that_are_no_numbers_with_limits()
    {
        Amount.Parse("{{ heap }}", Options, out var why).ShouldBeNull();
        why.ShouldBe("there is no option heap");
        Amount.Parse("{{ memory }}", new Dictionary<string, OptionDeclaration> { ["memory"] = Options["memory"] with { Maximum = null } }, out why).ShouldBeNull();
        why.ShouldBe("the option memory is neither a number with a minimum and a maximum nor a boolean");
    }

    private static OptionDeclaration Number(string name, int least, int most) =>
        new(name, OptionType.Integer, name, "", least, most, null, [], JsonValue.Create(least), OptionChange.Restart, false);
}
