using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Architecture;

/// <summary>The project's own source files, without what a build made.</summary>
internal static class SourceFiles
{
    public static IEnumerable<string> In(string folder, string pattern = "*.cs") =>
        Directory
            .EnumerateFiles(folder, pattern, SearchOption.AllDirectories)
            .Where(static f =>
                !Path.GetRelativePath(Repository.Root, f).Split(Path.DirectorySeparatorChar).Any(static p => p is "obj" or "bin" or "out")
            );

    /// <summary>Every file of a kind in src, tests, examples and bench.</summary>
    public static IEnumerable<string> All(string pattern) =>
        new[] { "src", "tests", "examples", "bench" }.SelectMany(d => In(Path.Combine(Repository.Root, d), pattern));
}
