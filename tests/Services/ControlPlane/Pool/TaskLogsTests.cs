using System.Text;
using DataPlatform.Services.ControlPlane.Pool;

namespace DataPlatform.Services.Tests.ControlPlane.Pool;

public sealed class TaskLogsTests
{
    [Theory]
    [InlineData("abc", 3, 3)]
    [InlineData("añ", 2, 1)]
    [InlineData("añ", 3, 3)]
    [InlineData("a€", 2, 1)]
    [InlineData("a€", 3, 1)]
    [InlineData("a€", 4, 4)]
    [InlineData("a😀", 4, 1)]
    [InlineData("a😀", 5, 5)]
    public void A_part_of_a_log_ends_with_a_whole_character(string text, int read, int whole) =>
        TaskLogs.WholeCharacters(Encoding.UTF8.GetBytes(text).AsSpan(0, read)).ShouldBe(whole);

    [Fact]
    public void What_is_no_text_is_passed_on() => TaskLogs.WholeCharacters([0x80, 0x80, 0x80, 0x80]).ShouldBe(4);
}
