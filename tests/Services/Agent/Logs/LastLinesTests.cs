using DataPlatform.Services.Agent.Logs;

namespace DataPlatform.Services.Tests.Agent.Logs;

public sealed class LastLinesTests
{
    [Fact]
    public void Tells_the_last_lines_that_say_something() =>
        Of(string.Join("\n\n", Enumerable.Range(1, 12).Select(number => $"line {number}")) + "\n\n").ShouldBe(Enumerable.Range(3, 10).Select(number => $"line {number}"));

    [Fact]
    public void Tells_no_more_than_its_bound_and_cuts_only_a_single_line()
    {
        Of($"first\n{new string('a', 920)}\n{new string('b', 100)}\n").ShouldBe([new string('a', 920), new string('b', 100)]);
        var cut = Of(new string('c', 5000)).ShouldHaveSingleItem();
        cut.Length.ShouldBe(LastLines.MostCharacters);
        cut.ShouldEndWith("...");
    }

    [Fact]
    public void Tells_nothing_that_a_terminal_would_obey() =>
        Of("\u001b[31mred\u001b[0m \u0007bell\r\n10 %\r100 %\na\tb\u202e\u0000c\n").ShouldBe(["red bell", "100 %", "a bc"]);

    [Theory]
    [InlineData("the key is hunter2-the-secret!", "the key is (secret)!")]
    [InlineData("wrong password: abc", "wrong password: (secret)")]
    [InlineData("{\"secret\": \"abc\", \"user\": \"me\"}", "{\"secret\": \"(secret)\", \"user\": \"me\"}")]
    [InlineData("serving at http://host:8888/lab?token=abc&x=1", "serving at http://host:8888/lab?token=(secret)&x=1")]
    [InlineData("Authorization: Bearer abc", "Authorization: Bearer (secret)")]
    [InlineData("can't reach postgresql://me:abc@host/db", "can't reach postgresql://me:(secret)@host/db")]
    [InlineData("ParseError: unexpected token: }", "ParseError: unexpected token: }")]
    public void Tells_no_secret_that_is_known_and_nothing_that_looks_like_one(string written, string told) =>
        LastLines.Of(written, ["hunter2-the-secret"]).ShouldBe([told]);

    [Fact]
    public void A_secret_that_the_bound_would_cut_through_is_not_told_in_part() =>
        string.Join("", LastLines.Of(new string('d', LastLines.MostCharacters - 10) + "hunter2-the-secret", ["hunter2-the-secret"])).ShouldNotContain("hunter");

    [Fact]
    public void Of_a_file_what_a_machine_made_counts_as_secret_and_words_do_not()
    {
        KnownSecrets.InFile("user admin\nspark-default-settings on\nsecret 0123456789abcdef0123\n").ShouldBe(["0123456789abcdef0123"]);
        KnownSecrets.InFile("short one\n").ShouldBe(["short one"]);
    }

    private static IReadOnlyList<string> Of(string text) => LastLines.Of(text, []);
}
