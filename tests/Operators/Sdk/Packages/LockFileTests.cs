using DataPlatform.Operators.Sdk.Packages;

namespace DataPlatform.Operators.Tests.Sdk.Packages;

public sealed class LockFileTests
{
    private static readonly string Zeros = new('0', 64);

    [Fact]
    public void Reads_digests_and_paths_as_sha256sum_writes_them()
    {
        var files = LockFile.Parse($"{Zeros}  org/scala-lang/scala-library/2.13.18/scala-library-2.13.18.jar\n", "lock.sha256");

        files.ShouldHaveSingleItem().FileName.ShouldBe("scala-library-2.13.18.jar");
    }

    [Theory]
    [InlineData("  a/../../../etc/passwd", "leaves the repository")]
    [InlineData("  a//b.jar", "leaves the repository")]
    [InlineData("  /etc/passwd", "expected")]
    [InlineData(" a/b.jar", "expected")]
    [InlineData("  a/b\u0001.jar", "expected")]
    public void Refuses_a_line_and_says_which(string rest, string reason)
    {
        var refusal = Should.Throw<PackageFormatException>(() => LockFile.Parse($"{Zeros}  a/b.jar\n{Zeros}{rest}\n", "lock.sha256"));

        refusal.Message.ShouldStartWith("lock.sha256:2: ");
        refusal.Message.ShouldContain(reason);
    }

    [Fact]
    public void Refuses_two_files_of_one_name() =>
        Should.Throw<PackageFormatException>(() => LockFile.Parse($"{Zeros}  a/x.jar\n{Zeros}  b/x.jar\n", "lock.sha256"))
            .Message.ShouldContain("'x.jar' is there twice");

    [Fact]
    public void Refuses_a_lock_without_files() => Should.Throw<PackageFormatException>(() => LockFile.Parse("\n", "lock.sha256"));
}
