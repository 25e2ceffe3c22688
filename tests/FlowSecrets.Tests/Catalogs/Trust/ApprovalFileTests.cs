using FlowSecrets.Catalogs.Trust;
using FlowSecrets.Tests.Support;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace FlowSecrets.Tests.Catalogs.Trust;

/// <summary>One record per line, whatever stands in a path: no text of one field becomes another record.</summary>
public sealed class ApprovalFileTests
{
    [Fact]
    public void RecordsComeBackAsTheyWereAndForTheirCatalogAlone()
    {
        string[] odd = ["/a/b", "/x\n/a/b\tRuns\t/evil\t", "tab\there", "back\\slash\\n", "\r\n", "é ' \" $", "", "Runs"];
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(60),
            Prop.ForAll(
                Gen.Elements(odd).Three().ArrayOf().Resize(6).ToArbitrary(),
                rows =>
                {
                    using Sandbox sandbox = new();
                    List<(string Catalog, TrustRecord Record)> all = [];
                    foreach ((string catalog, string subject, string content) in rows)
                    {
                        TrustRecord record = new(TrustKind.Runs, subject, content);
                        all.RemoveAll(a => a.Catalog == catalog && a.Record.Subject == subject);
                        all.Add((catalog, record));
                        ApprovalFile.Add(catalog, [record], sandbox.Variable);
                    }

                    return odd.All(catalog =>
                        all.Where(a => a.Catalog == catalog)
                            .Select(static a => a.Record)
                            .ToHashSet()
                            .SetEquals(ApprovalFile.Read(catalog, sandbox.Variable))
                    );
                }
            )
        );
    }

    [Fact]
    public void TheFileIsTheOwnersAlone()
    {
        using Sandbox sandbox = new();
        ApprovalFile.Add("/c", [new TrustRecord(TrustKind.Runs, "/s", "00")], sandbox.Variable);
        string file = Path.Combine(sandbox.Folder, "home", "config", "approvals");
        Assert.True(File.Exists(file));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                File.GetUnixFileMode(Path.GetDirectoryName(file)!)
            );
        }
    }
}
