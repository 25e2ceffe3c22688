using System.Runtime.CompilerServices;
using Xunit.v3;

namespace FlowSecrets.Tests.Pester;

/// <summary>
/// Makes one xunit test case of every <c>It</c> block in the files of tests/pester. Discovery reads text and starts no PowerShell.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer(typeof(PesterDiscoverer))]
public sealed class PesterCasesAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
    : FactAttribute(sourceFilePath, sourceLineNumber);
