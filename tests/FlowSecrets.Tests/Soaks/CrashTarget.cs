using System.Text.Json.Nodes;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Soaks;

/// <summary>What is rotated in a scene: its catalog, its first values, and who would accept what.</summary>
internal abstract class CrashTarget : IAsyncDisposable
{
    public virtual string Key => "s";

    public virtual string? GivenValue => null;

    /// <summary>The store's secrets and their first values.</summary>
    public abstract IReadOnlyList<(string Name, string Text)> Secrets { get; }

    /// <summary>Secrets that carry the credential, the primary first.</summary>
    public virtual IReadOnlyList<string> Carriers => [Key];

    public abstract string Catalog(string pending);

    public virtual Task SetUpAsync(Sandbox sandbox) => Task.CompletedTask;

    /// <summary>Whether the target lets a value in; true where nothing checks it.</summary>
    public virtual Task<bool> AcceptsAsync(string value) => Task.FromResult(true);

    /// <summary>Whether the value before still works during the overlap.</summary>
    public virtual bool KeepsOld => true;

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>A value that nothing checks, with or without another secret that carries it.</summary>
internal sealed class GeneratedTarget(bool withCarrier) : CrashTarget
{
    public override IReadOnlyList<(string Name, string Text)> Secrets =>
        withCarrier
            ? [("s", """{"user":"app","password":"old-password-1"}"""), ("copy", """{"host":"h","pw":"old-password-1"}""")]
            : [("s", "old-value-1")];

    public override IReadOnlyList<string> Carriers => withCarrier ? ["s", "copy"] : ["s"];

    public override string Catalog(string pending) =>
        withCarrier
            ? $$"""
                  s:
                    fields: { user: { default: app }, password: { generate: { kind: password } } }
                    rotate: { pending: {{pending}}, carriers: [ { secret: copy, password: pw } ] }
                  copy: { fields: { host: { default: h }, pw: {} }, rotate: { pending: {{pending}} } }
                """
            : $$"""
                  s: { generate: { kind: base64url }, rotate: { every: 90d, pending: {{pending}} } }
                """;
}

/// <summary>A value that a person brings.</summary>
internal sealed class ManualTarget : CrashTarget
{
    public override string GivenValue => "sk-new-key-2";

    public override IReadOnlyList<(string Name, string Text)> Secrets => [("s", "sk-old-key-1")];

    public override string Catalog(string pending) =>
        $$"""
              s: { rotate: { pending: {{pending}}, target: { kind: manual } } }
            """;
}

/// <summary>Scripts that keep a list of what is accepted in a file, and kill who called them when they are told to.</summary>
internal sealed class ScriptedTarget : CrashTarget
{
    private string _folder = "";

    public override IReadOnlyList<(string Name, string Text)> Secrets => [("s", "old-value-1")];

    public override string Catalog(string pending) =>
        $$"""
              s:
                generate: { kind: base64url }
                rotate: { pending: {{pending}}, target: { kind: script, set: ./set.sh, test: ./test.sh, revoke: ./revoke.sh } }
            """;

    /// <summary>Where the scripts kill: <c>set:before</c>, <c>revoke:after</c>; empty: nowhere.</summary>
    public void KillAt(string where) => File.WriteAllText(Path.Combine(_folder, "kill"), where);

    public override Task SetUpAsync(Sandbox sandbox)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The target's scripts are written for sh.");
        _folder = sandbox.Folder;
        sandbox.Write("accepted", "old-value-1\n");
        sandbox.Write("kill", "");
        const string Head = """
            #!/bin/sh
            value=$(sed -n 's/.*"value":"\([^"]*\)".*/\1/p')
            at() { if [ "$(cat kill)" = "$1" ]; then : > kill; kill -9 $PPID; exit 1; fi; }

            """;
        Script(
            sandbox,
            "set.sh",
            Head + "at set:before\ngrep -qxF -e \"$value\" accepted || printf '%s\\n' \"$value\" >> accepted\nat set:after\n"
        );
        Script(sandbox, "test.sh", Head + "grep -qxF -e \"$value\" accepted || exit 10\n");
        Script(
            sandbox,
            "revoke.sh",
            Head + "at revoke:before\ngrep -vxF -e \"$value\" accepted > rest; mv rest accepted\nat revoke:after\n"
        );
        return Task.CompletedTask;
    }

    public override Task<bool> AcceptsAsync(string value) =>
        Task.FromResult(File.ReadAllLines(Path.Combine(_folder, "accepted")).Contains(value));

    private static void Script(Sandbox sandbox, string name, string text) =>
        File.SetUnixFileMode(sandbox.Write(name, text), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
}
