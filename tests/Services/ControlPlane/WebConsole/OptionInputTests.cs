using System.Text.Json.Nodes;
using Bunit;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.WebConsole.Forms;

namespace DataPlatform.Services.Tests.ControlPlane.WebConsole;

public sealed class OptionInputTests : IDisposable
{
    private static readonly IReadOnlyList<OptionField> Fields = OptionField.From(new ScriptedOperator().Package.Schema, new ScriptedOperator().Package.Defaults);

    private readonly BunitContext context = new();

    [Fact]
    public void Fields_follow_the_schema()
    {
        Fields.Select(field => (field.Name, field.Kind, field.Default, field.Advanced)).ShouldBe(
        [
            ("workers", OptionKind.Integer, "2", false), ("memory", OptionKind.Integer, "1024", false), ("mode", OptionKind.Choice, "batch", false),
            ("shuffle", OptionKind.Boolean, "true", false), ("label", OptionKind.Text, "", true),
        ]);
        new ScriptedOperator().Package.Sizes.Keys.ShouldBe(["Small", "Large"]);
    }

    [Theory]
    [InlineData("workers", "3", "3")]
    [InlineData("workers", "many", "\"many\"")]
    [InlineData("mode", "batch", "\"batch\"")]
    [InlineData("shuffle", "false", "false")]
    public void What_is_typed_becomes_JSON_of_the_options_type(string name, string typed, string json) => Field(name).Parse(typed)!.ToJsonString().ShouldBe(json);

    [Fact]
    public void A_number_shows_its_limits_and_reports_what_is_typed()
    {
        string? typed = null;
        var input = Render("workers", "2", null, value => typed = value);
        var element = input.Find("input");
        (element.GetAttribute("type"), element.GetAttribute("min"), element.GetAttribute("max"), element.GetAttribute("value")).ShouldBe(("number", "1", "20", "2"));
        input.Find("label").GetAttribute("for").ShouldBe(element.Id);
        input.Markup.ShouldContain("1 to 20.");
        element.Input("7");
        typed.ShouldBe("7");
    }

    [Fact]
    public void A_choice_offers_the_allowed_values() =>
        Render("mode", "batch", null, _ => { }).FindAll("option").Select(option => option.TextContent).ShouldBe(["batch", "interactive"]);

    [Fact]
    public void A_refusal_shows_at_its_field()
    {
        var input = Render("workers", "99", new FieldProblem("options.workers", "too large", "at most 20"), _ => { });
        input.Find("[role=alert]").TextContent.ShouldBe("too large; allowed: at most 20");
        input.Find("input").GetAttribute("aria-invalid").ShouldBe("true");
    }

    [Theory]
    [InlineData("mode", "select")]
    [InlineData("workers", "input")]
    public void What_is_locked_can_not_be_changed_and_says_why(string name, string element)
    {
        var input = context.Render<OptionInput>(parameters => parameters.Add(input => input.Field, Field(name)).Add(input => input.Value, "1").Add(input => input.IsLocked, true));
        input.Find(element).HasAttribute("disabled").ShouldBeTrue();
        input.Find(".hint").TextContent.ShouldContain("It is fixed when a cluster is launched");
    }

    [Fact]
    public void Fixed_options_are_known_by_the_schema() => Fields.Where(field => field.IsFixed).Select(field => field.Name).ShouldBe(["mode"]);

    public void Dispose() => context.Dispose();

    private static OptionField Field(string name) => Fields.Single(field => field.Name == name);

    private IRenderedComponent<OptionInput> Render(string name, string value, FieldProblem? problem, Action<string> changed) =>
        context.Render<OptionInput>(parameters => parameters.Add(input => input.Field, Field(name)).Add(input => input.Value, value)
            .Add(input => input.Problem, problem).Add(input => input.ValueChanged, changed));
}
