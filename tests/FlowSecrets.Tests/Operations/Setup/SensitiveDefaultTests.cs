using FlowSecrets.Operations.Setup;
using FlowSecrets.Tests.Local;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Operations.Setup;

/// <summary>A default that is made of a sensitive value is not shown, however far away that value is.</summary>
public sealed class SensitiveDefaultTests : IDisposable
{
    private const string Canary = "CANARYHINT-99";

    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData(
        """url: { sensitive: false, prompt: URL, default: "pg://{{ db.user }}:{{ db.password }}@h" }""",
        "built from db.user, db.password"
    )]
    [InlineData("""url: { sensitive: false, prompt: URL, default: "{{ db.password | base64 }}" }""", "built from db.password")]
    [InlineData("""url: { sensitive: false, prompt: URL, default: "{{ token }}" }""", "built from token")]
    [InlineData(
        """
              one: { sensitive: false, default: "x{{ token }}" }
              two: { sensitive: false, default: "y{{ one }}" }
              url: { fields: { at: { sensitive: false, prompt: URL, default: "{{ two }}" } } }
            """,
        "built from two"
    )]
    [InlineData(
        """
              one: { fields: { a: { sensitive: false, default: "{{ token }}" } } }
              url: { sensitive: false, prompt: URL, default: "{{ one.a }}" }
            """,
        "built from one.a"
    )]
    [InlineData("""url: { sensitive: true, prompt: URL, default: "{{ db.user }}" }""", "built from db.user")]
    [InlineData("""url: { sensitive: true, prompt: URL, default: "CANARYHINT-99" }""", "••••")]
    [InlineData("""url: { sensitive: false, prompt: URL, default: "pg://{{ db.user }}@h" }""", "pg://app@h")]
    public async Task TheQuestionSaysWhatItIsMadeOf(string secrets, string hint)
    {
        _sandbox.Write(
            "flowsecrets.yaml",
            $$"""
            application: app
            default: local
            environments: { local: { store: local } }
            secrets:
              token: {}
              db: { fields: { user: { sensitive: false }, password: {} } }
              {{secrets.Trim().ReplaceLineEndings("\n    ").Replace("\n      ", "\n  ", StringComparison.Ordinal)}}
            """
        );
        await LocalStoreKeyTests.CreateAsync(_sandbox.Store(), "token", Canary);
        await LocalStoreKeyTests.CreateAsync(_sandbox.Store(), "db", $$"""{"user":"app","password":"{{Canary}}"}""");
        TestHost host = new TestHost().Answering([.. Enumerable.Repeat("", 9).Prepend("y")]);
        await new InitializeSecretsOperation(_sandbox.Context).RunAsync(new InitializeOptions(), host);
        Assert.Equal(hint, host.Questions.Single(static q => q.Text == "URL").Hint);
        Assert.DoesNotContain(Canary, host.Everything);
    }
}
