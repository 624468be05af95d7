using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Tables;

namespace DataPlatform.Services.Tests.ControlPlane.Tables;

public sealed class TableTextTests
{
    private static readonly TableView Boxes = new("boxes", "Boxes", [new TableColumnView("box", "Box", ColumnKind.Text), new TableColumnView("size", "Size", ColumnKind.Bytes)], 15);

    private static string[] Rows(string text) => [.. TableText.Read(Boxes, text).Rows.ShouldNotBeNull().Select(row => row.ToJsonString())];

    [Fact]
    public void Rows_are_a_list_or_one_in_each_line_and_what_is_no_column_is_left_out()
    {
        Rows("""[{"box":"red","size":3,"lid":true},{"box":"blue"}]""").ShouldBe(["""{"box":"red","size":3}""", """{"box":"blue"}"""]);
        Rows("{\"box\":\"red\",\"size\":\"3\"}\n\n{\"box\":7,\"size\":null}\n").ShouldBe(["""{"box":"red","size":3}""", """{"box":"7"}"""]);
        Rows(" [] \n").ShouldBeEmpty();
        Rows("").ShouldBeEmpty();
    }

    [Fact]
    public void So_many_are_shown_and_of_the_others_how_many_there_are()
    {
        var table = TableText.Read(Boxes, $"[{string.Join(',', Enumerable.Range(0, 203).Select(number => $$"""{"box":"{{number}}"}"""))}]");
        (table.Rows!.Count, table.Left).ShouldBe((200, 3));
        Rows($$"""[{"box":"{{new string('b', 400)}}"}]""").ShouldHaveSingleItem().Length.ShouldBeLessThan(330);
    }

    [Theory]
    [InlineData("Error: no shelf", "what its command writes is no JSON: Error: no shelf")]
    [InlineData("[{\"box\":", "what its command writes is no JSON: [{\"box\":")]
    [InlineData("[1]", "its row 1 is no JSON object: 1")]
    [InlineData("{\"box\":\"red\"}\nnull", "its row 2 is no JSON object: null")]
    [InlineData("""[{"box":"red","size":"big"}]""", "its row 1 has no number in size: big")]
    public void What_is_no_table_is_told_in_the_place_of_the_rows(string text, string why)
    {
        var table = TableText.Read(Boxes, text);
        table.Rows.ShouldBeNull();
        table.WhyNot.ShouldBe(why);
    }
}
