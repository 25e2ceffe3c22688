using ArchUnitNET.Domain;
using ArchUnitNET.Domain.Dependencies;
using ArchUnitNET.Loader;
using FlowSecrets.Providers;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;
using Assembly = System.Reflection.Assembly;

namespace FlowSecrets.Tests.Architecture;

/// <summary>
/// The arrows between folders, read from the compiled references. A namespace is a folder, except that everything in Results is in the
/// namespace FlowSecrets.
/// </summary>
public sealed class RoomTests
{
    /// <summary>A program that is started elsewhere would get the variables that open a local store.</summary>
    [Fact]
    public void ProgramsAreStartedInProcessesAlone()
    {
        string[] names = ["ProcessStartInfo", "Process.Start(", "new Process(", "UseShellExecute"];
        string home = Path.Combine("FlowSecrets.Core", "Processes");
        Assert.All(
            SourceFiles
                .In(Path.Combine(Repository.Root, "src"))
                .Where(f => Path.GetDirectoryName(f)!.EndsWith(home, StringComparison.Ordinal) is false),
            f => Assert.DoesNotContain(names, n => File.ReadAllText(f).Contains(n, StringComparison.Ordinal))
        );
    }

    private static readonly Assembly[] Assemblies =
    [
        typeof(SecretValue).Assembly,
        typeof(ProviderDoor).Assembly,
        Assembly.Load("FlowSecrets"),
    ];

    private static readonly Lazy<ArchUnitNET.Domain.Architecture> Loaded = new(() => new ArchLoader().LoadAssemblies(Assemblies).Build());

    private static readonly Lazy<IReadOnlyList<Arrow>> Arrows = new(ReadArrows);

    [Fact]
    public void ThereIsNoCycleBetweenFolders()
    {
        Dictionary<string, HashSet<string>> graph = Arrows
            .Value.GroupBy(static a => a.From, StringComparer.Ordinal)
            .ToDictionary(
                static g => g.Key,
                static g => g.Select(static a => a.To).ToHashSet(StringComparer.Ordinal),
                StringComparer.Ordinal
            );
        Assert.Contains("FlowSecrets.Operations.Rotation.Run", graph.Keys);
        foreach (string room in graph.Keys)
        {
            HashSet<string> reached = [];
            Stack<string> next = new(graph[room]);
            while (next.TryPop(out string? at))
            {
                if (reached.Add(at) && graph.TryGetValue(at, out HashSet<string>? further))
                {
                    foreach (string to in further)
                    {
                        next.Push(to);
                    }
                }
            }

            IEnumerable<Arrow> back = Arrows.Value.Where(a => a.To == room && reached.Contains(a.From));
            Assert.False(reached.Contains(room), $"{room} leads back to itself:\n{string.Join('\n', back)}");
        }
    }

    [Theory]
    [InlineData("Gcp")]
    [InlineData("Aws")]
    [InlineData("Kubernetes")]
    [InlineData("Local")]
    [InlineData("Postgres")]
    [InlineData("Yaml")]
    public void AProviderKnowsNoOtherProvider(string name)
    {
        string own = "FlowSecrets.Providers." + name;
        Arrow[] arrows = [.. Arrows.Value.Where(a => IsIn(a.From, own))];
        Assert.NotEmpty(arrows);
        Assert.DoesNotContain(
            arrows,
            a =>
                a.To.StartsWith("FlowSecrets.Providers", StringComparison.Ordinal)
                && !IsIn(a.To, own)
                && a.To != "FlowSecrets.Providers.Transport"
        );
    }

    /// <summary>Iam, Rotation and the workloads stand on the secrets' room, and that stands on the connection.</summary>
    [Theory]
    [InlineData("Gcp", "SecretManager", "CloudRun,Iam,Rotation")]
    [InlineData("Aws", "SecretsManager", "AppRunner,Ecs,Iam,Rotation,Workloads")]
    public void ArrowsInACloudPointDown(string cloud, string secrets, string above)
    {
        string[] upper = above.Split(',');
        string Room(string folder) => $"FlowSecrets.Providers.{cloud}.{folder}";
        Assert.Contains(Arrows.Value, a => a.From == Room("Iam") && a.To == Room(secrets));
        Assert.DoesNotContain(Arrows.Value, a => a.From == Room("Connection") && IsIn(a.To, $"FlowSecrets.Providers.{cloud}"));
        Assert.DoesNotContain(Arrows.Value, a => a.From == Room(secrets) && upper.Any(u => a.To == Room(u)));
    }

    [Fact]
    public void ResultsKnowNothing() =>
        Assert.DoesNotContain(Arrows.Value, static a => a.From == "FlowSecrets" && a.To != "FlowSecrets.Errors");

    [Fact]
    public void NamespacesFollowFolders()
    {
        foreach (
            (string project, string root) in new[]
            {
                ("FlowSecrets", "FlowSecrets"),
                ("FlowSecrets.Core", "FlowSecrets"),
                ("FlowSecrets.Providers", "FlowSecrets.Providers"),
            }
        )
        {
            string folder = Path.Combine(Support.Repository.Root, "src", project);
            foreach (string file in SourceFiles.In(folder))
            {
                string path = Path.GetRelativePath(folder, Path.GetDirectoryName(file)!).Replace(Path.DirectorySeparatorChar, '.');
                string expected = path is "." or "Results" ? root : $"{root}.{path}";
                Assert.Contains($"namespace {expected};", File.ReadLines(file));
            }
        }
    }

    /// <summary>What a file holds goes through FileReader and FileWriter alone, which know links, kinds, limits and modes.</summary>
    [Fact]
    public void FilesAreReadAndWrittenThroughOneDoor()
    {
        string[] others =
        [
            .. Loaded
                .Value.Types.Where(static t => IsOwn(t) && t.Namespace.FullName != "FlowSecrets.Files")
                .SelectMany(static t => t.Dependencies.OfType<MethodCallDependency>())
                .Where(static d => IsFileAccess(d.Target.FullName, d.TargetMember.Name) && !IsOfSystem(d.Origin.FullName))
                .Select(static d => $"{d.Origin.FullName}: {d.Target.Name}.{d.TargetMember.Name}")
                .Distinct(),
        ];
        Assert.True(others.Length == 0, string.Join('\n', others));
        Assert.True(IsFileAccess("System.IO.File", "WriteAllBytes(System.String,System.Byte[])"));
    }

    /// <summary>What is under /proc and /dev is the system's answer to a question, and no file of anybody.</summary>
    private static bool IsOfSystem(string type) =>
        type.StartsWith("FlowSecrets.Processes.ProcessTree", StringComparison.Ordinal)
        || type.StartsWith("FlowSecrets.Processes.UnixProcess", StringComparison.Ordinal);

    private static bool IsFileAccess(string type, string member) =>
        type switch
        {
            "System.IO.File" => !member.StartsWith("Exists", StringComparison.Ordinal)
                && !member.StartsWith("Get", StringComparison.Ordinal),
            "System.IO.Directory" => member.StartsWith("Create", StringComparison.Ordinal)
                || member.StartsWith("Delete", StringComparison.Ordinal)
                || member.StartsWith("Move", StringComparison.Ordinal),
            "System.IO.FileStream" => member.StartsWith(".ctor", StringComparison.Ordinal),
            "System.IO.StreamWriter" or "System.IO.StreamReader" => member.StartsWith(".ctor(System.String", StringComparison.Ordinal),
            _ => false,
        };

    private static bool IsIn(string room, string parent) => room == parent || room.StartsWith(parent + ".", StringComparison.Ordinal);

    private static List<Arrow> ReadArrows()
    {
        return
        [
            .. Loaded
                .Value.Types.SelectMany(static t => t.Dependencies, static (t, d) => (From: t, To: d.Target))
                .Where(static d => IsOwn(d.From) && IsOwn(d.To) && d.To is not GenericParameter)
                .Select(static d => new Arrow(d.From.Namespace.FullName, d.To.Namespace.FullName, d.From.Name, d.To.Name))
                .Where(static a => a.From != a.To)
                .Distinct(),
        ];
    }

    private static bool IsOwn(IType type) =>
        type.Namespace?.FullName is { } name && (name == "FlowSecrets" || name.StartsWith("FlowSecrets.", StringComparison.Ordinal));

    private sealed record Arrow(string From, string To, string Type, string Used)
    {
        public override string ToString() => $"{From}: {Type} uses {To}.{Used}";
    }
}
