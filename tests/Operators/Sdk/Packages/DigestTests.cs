using DataPlatform.Operators.Sdk.Packages;

namespace DataPlatform.Operators.Tests.Sdk.Packages;

public sealed class DigestTests
{
    private const string OfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    [Fact]
    public void Is_the_sha256_of_the_content() => Digest.Of("abc"u8).ToString().ShouldBe(OfAbc);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD")]
    [InlineData("../816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    public void Refuses_what_is_no_digest(string? text) => Digest.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void Reads_what_it_writes() => Digest.Parse(OfAbc).ShouldBe(Digest.Of("abc"u8));
}
