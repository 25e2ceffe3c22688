using FlowSecrets.Catalogs;
using FlowSecrets.Formats;
using FlowSecrets.Formats.Data;
using FlowSecrets.Tests.Catalogs;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Formats;

/// <summary>Files of the shapes that teams have. Each is read, or refused with the place and the reason.</summary>
public sealed class FixtureTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "FlowSecrets.Tests", "Fixtures");

    [Theory]
    [InlineData("php-framework.env.example", 15, "MAIL_FROM_NAME,VITE_APP_NAME")]
    [InlineData("blog.env.example", 8, "SITE_URL")]
    [InlineData("wiki.env.sample", 7, "CLAIM_SCOPES")]
    [InlineData("compose-stack.env.example", 5, "ORGANIZATION")]
    [InlineData("social.env.production.sample", 7, "")]
    [InlineData("api-client.env", 8, "TOKEN_VALIDITY")]
    [InlineData("cloud-functions.env", 6, "")]
    [InlineData("scheduling.env", 6, "")]
    [InlineData("keys.env", 3, "ESCAPED_KEY")]
    [InlineData("windows.env", 3, "ConnectionStrings__Default")]
    [InlineData("spring.env", 5, "TOKEN")]
    public void EnvFilesNameTheirVariablesAndWhatIsInDoubt(string file, int names, string doubts)
    {
        ValueFile read = Names("Env", file);
        Assert.Equal(names, read.Entries.Count);
        string[] doubted = doubts.Split(',', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(doubted.Length > 0, read.Doubt is not null);
        Assert.Equal(doubted, read.Doubt?.Cause.Split('\n').Skip(1).Select(static l => l.Split(": ")[1]) ?? []);
    }

    [Theory]
    [InlineData("php-framework.env.example", "compose", "MAIL_FROM_NAME", "Shop")]
    [InlineData("blog.env.example", "bash", "SITE_URL", "http://example.com/blog")]
    [InlineData("wiki.env.sample", "dotenv", "CLAIM_SCOPES", "openid profile email")]
    [InlineData("api-client.env", "node", "TOKEN_VALIDITY", "3")]
    [InlineData("windows.env", "docker", "ConnectionStrings__Default", "Server=db;Database=shop;User Id=sa;Password=pw")]
    public void WithTheProgramStatedTheirValuesAreRead(string file, string format, string name, string value)
    {
        string path = Path.Combine(Folder, "Env", file);
        ValueFile read = ValueFiles.Read(path, ValueFiles.FormatOf(path, format), CatalogExamples.Documents);
        Assert.Equal(value, read.Entries.Single(e => e.Name == name).Value.Text);
    }

    [Fact]
    public void AKeyWithoutQuotesIsRefusedByItsLine() => Refused("Env", "unquoted-key.env", ":2:");

    [Theory]
    [InlineData("terraform.tfvars.example", "vault_domain,my_ip,store_key,instance_count,tags")]
    [InlineData("seed.tfvars", "secret_values(app,db)")]
    [InlineData("collection.tfvars", "secrets(db-password,api-key)")]
    [InlineData("manager.tfvars", "secrets(app/one,app/two)")]
    [InlineData("heredocs.tfvars", "tls_key,policy,next")]
    [InlineData("unicode.tfvars", "motto,path,say")]
    [InlineData("lists.tfvars", "allowed_ips,ports,empty_list,empty_map")]
    [InlineData("nested.tfvars", "databases")]
    [InlineData("comments.tfvars", "a,b,c")]
    [InlineData("prod.tfvars.json", "db_password,port,tls,login,none")]
    [InlineData("secrets.auto.tfvars", "slack_hook,price,big")]
    public void TfvarsFilesNameTheirSecrets(string file, string names) =>
        Assert.Equal(
            names,
            string.Join(
                ',',
                Names("Tfvars", file)
                    .Entries.Select(static e =>
                        e.Parts.Count == 0 ? e.Name : $"{e.Name}({string.Join(',', e.Parts.Select(static p => p.Name))})"
                    )
            )
        );

    [Fact]
    public void AReferenceIsRefusedByItsPlace() => Refused("Tfvars", "reference.tfvars", ":2:11:");

    [Theory]
    [InlineData("Pulumi.salted.yaml", "smtp-password")]
    [InlineData("Pulumi.humps.yaml", "smtp-password,vapid-private-key")]
    [InlineData("Pulumi.list.yaml", "shop-jwt,shop-db")]
    [InlineData("Pulumi.twolists.yaml", "jwt,stripe")]
    [InlineData("Pulumi.mixedlist.yaml", "stripe")]
    [InlineData("Pulumi.nested.yaml", "database,tokens")]
    [InlineData("Pulumi.provider.yaml", "key")]
    public void PulumiFilesNameTheirSecrets(string file, string keys) =>
        Assert.Equal(keys, string.Join(',', FromPulumi(file).Select(static d => d.Key)));

    [Theory]
    [InlineData("Pulumi.plain.yaml", "no encrypted setting")]
    [InlineData("Pulumi.encryptedlist.yaml", "is encrypted")]
    [InlineData("Pulumi.broken.yaml", ":6:")]
    [InlineData("Pulumi.noname.yaml", ":3:")]
    public void PulumiFilesWithoutAListAreRefusedWithTheReason(string file, string reason) =>
        Assert.Contains(reason, Assert.Throws<FlowSecretException>(() => FromPulumi(file)).Message, StringComparison.Ordinal);

    private static List<SecretDraft> FromPulumi(string file) =>
        CatalogImport.FromPulumi(Path.Combine(Folder, "Pulumi", file), "", CatalogExamples.Documents, new TestHost());

    private static void Refused(string folder, string file, string place) =>
        Assert.Contains(place, Assert.Throws<FlowSecretException>(() => Names(folder, file)).Message, StringComparison.Ordinal);

    private static ValueFile Names(string folder, string file)
    {
        string path = Path.Combine(Folder, folder, file);
        return ValueFiles.ReadNames(path, ValueFiles.FormatOf(path), CatalogExamples.Documents);
    }
}
