using System.Text;
using DataPlatform.Core.Client.Http;
using DataPlatform.Services.Hosting.Credentials;
using DataPlatform.Services.Hosting.Files;
using DataPlatform.Services.Hosting.Settings;

namespace DataPlatform.Services.Tests.Hosting.Credentials;

public sealed class CredentialFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("dp-credentials-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Reads_Mesos_s_two_forms()
    {
        CredentialFile.ReadOne("credential", Write("""{"principal":"agent","secret":"grain"}""")).ShouldBe(new MesosCredential("agent", "grain"));
        var known = CredentialFile.ReadMany("credentials", Write("""{"credentials":[{"principal":"a","secret":"x"},{"principal":"b","secret":"y:z"}]}"""));

        known.Knows(new BasicLogin("a", "x")).ShouldBeTrue();
        known.Knows(new BasicLogin("b", "y:z")).ShouldBeTrue();
    }

    [Theory]
    [InlineData("a:y")]
    [InlineData("b:x")]
    [InlineData("a")]
    [InlineData("a:")]
    [InlineData(":")]
    [InlineData("")]
    public void Knows_nobody_by_what_is_wrong(string login) =>
        new KnownPrincipals([new MesosCredential("a", "x")]).Knows(BasicLogin.Parse(Basic(login))!).ShouldBeFalse();

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer x")]
    [InlineData("Basic not base64!")]
    public void Takes_no_other_header_for_a_login(string? header) => BasicLogin.Parse(header).ShouldBeNull();

    [Fact]
    public void Reads_a_login_up_to_its_first_colon()
    {
        BasicLogin.Parse(Basic("b:y:z")).ShouldBe(new BasicLogin("b", "y:z"));
        BasicLogin.Parse(Basic("b:y:z"))!.ToString().ShouldNotContain("y:z");
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead, "0640")]
    [InlineData(UnixFileMode.OtherRead, "0604")]
    [InlineData(UnixFileMode.GroupRead | UnixFileMode.OtherRead, "0644")]
    [InlineData(UnixFileMode.GroupWrite, "0620")]
    public void Refuses_a_file_that_group_or_others_may_open_and_says_what_to_do(UnixFileMode open, string mode)
    {
        var file = Write("""{"principal":"agent","secret":"grain"}""");
        File.SetUnixFileMode(file, AtomicFile.OwnerOnly | open);

        var refusal = Should.Throw<SettingsException>(() => CredentialFile.ReadOne("credential", file)).Message;

        refusal.ShouldContain($"--credential {file}");
        refusal.ShouldContain(mode);
        refusal.ShouldContain("chmod 600");
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"credentials":[]}""")]
    [InlineData("""{"credentials":[{"principal":"a"}]}""")]
    [InlineData("""{"credentials":[{"principal":"a","secret":""}]}""")]
    [InlineData("""{"credentials":[{"principal":"a:b","secret":"grain"}]}""")]
    [InlineData("""{"credentials":[{"principal":7,"secret":"grain"}]}""")]
    public void Refuses_what_is_no_list_of_credentials_without_a_word_of_its_content(string content)
    {
        var refusal = Should.Throw<SettingsException>(() => CredentialFile.ReadMany("credentials", Write(content))).Message;

        refusal.ShouldStartWith("--credentials " + folder);
        refusal.ShouldNotContain("grain");
    }

    [Fact]
    public void Says_when_there_is_no_such_file() =>
        Should.Throw<SettingsException>(() => CredentialFile.ReadOne("credential", "/no/such/file")).Message.ShouldContain("/no/such/file can't be read");

    private static string Basic(string login) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(login));

    private string Write(string content)
    {
        var file = Path.Combine(folder, "file");
        AtomicFile.Write(file, content);
        return file;
    }
}
