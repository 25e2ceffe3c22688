using System.Reflection;
using System.Runtime.CompilerServices;
using System.Security;
using System.Xml.Linq;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Architecture;

/// <summary>What every object that a cmdlet emits has in common.</summary>
public sealed class ResultTests
{
    private static readonly Type[] Public = typeof(SecretValue).Assembly.GetExportedTypes();

    public static TheoryData<string> Records => new(Public.Where(IsRecord).Select(static t => t.Name));

    [Fact]
    public void WhatIsPublicIsInResults()
    {
        string[] files = [.. SourceFiles.In(Path.Combine(Repository.Root, "src", "FlowSecrets.Core", "Results")).Select(File.ReadAllText)];
        Assert.All(Public, static t => Assert.Equal("FlowSecrets", t.Namespace));
        Assert.All(Public, t => Assert.Contains(files, f => f.Contains($" {t.Name}", StringComparison.Ordinal)));
        Assert.DoesNotContain(
            typeof(Providers.ProviderDoor).Assembly.GetExportedTypes(),
            static t => t.Namespace!.StartsWith("FlowSecrets", StringComparison.Ordinal)
        );
    }

    /// <summary>PowerShell cannot index what a collection expression makes of IReadOnlyList, and writes its type's name into CSV.</summary>
    [Theory]
    [MemberData(nameof(Records))]
    public void ListsAreArrays(string record) =>
        Assert.All(
            Properties(record),
            static p =>
                Assert.True(
                    p.PropertyType == typeof(string)
                        || p.PropertyType.IsArray
                        || !typeof(System.Collections.IEnumerable).IsAssignableFrom(p.PropertyType)
                        || (p.PropertyType.IsGenericType && p.PropertyType.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>)),
                    $"{p.DeclaringType!.Name}.{p.Name} is {p.PropertyType}: use an array."
                )
        );

    /// <summary>ConvertTo-Json writes an enum as a number.</summary>
    [Theory]
    [MemberData(nameof(Records))]
    public void StatesAreWords(string record) =>
        Assert.All(
            Properties(record),
            static p =>
                Assert.False(
                    (Nullable.GetUnderlyingType(p.PropertyType) ?? p.PropertyType).IsEnum,
                    $"{p.DeclaringType!.Name}.{p.Name} is an enum: use its name."
                )
        );

    [Theory]
    [MemberData(nameof(Records))]
    public void RecordsAreReadOnly(string record) =>
        Assert.All(
            Properties(record).Where(static p => p.SetMethod is not null),
            static p => Assert.Contains(typeof(IsExternalInit), p.SetMethod!.ReturnParameter.GetRequiredCustomModifiers())
        );

    [Theory]
    [MemberData(nameof(Records))]
    public void TextIsShort(string record)
    {
        Type type = Public.Single(t => t.Name == record);
        Assert.True(
            type.IsAbstract
                || type.Name == nameof(StoreCapabilities)
                || type.GetMethod("ToString", Type.EmptyTypes)!.GetCustomAttribute<CompilerGeneratedAttribute>(inherit: false) is null,
            $"{record} has the ToString that the compiler makes, which lists every member."
        );
    }

    /// <summary>ConvertTo-Json writes the length of a SecureString, and Export-Clixml its characters except on Windows.</summary>
    [Theory]
    [MemberData(nameof(Records))]
    public void ValuesAreNoProperties(string record)
    {
        Assert.DoesNotContain(
            Properties(record),
            static p => p.PropertyType == typeof(SecureString) || p.PropertyType == typeof(SecretValue)
        );
        Assert.Empty(Public.Single(t => t.Name == record).GetFields(BindingFlags.Public | BindingFlags.Instance));
    }

    /// <summary>A type with a value lists what Export-Clixml may write, which otherwise writes hidden properties too.</summary>
    [Theory]
    [MemberData(nameof(Records))]
    public void TypesWithAValueSayWhatIsWritten(string record)
    {
        Type type = Public.Single(t => t.Name == record);
        if (type.GetFields(BindingFlags.NonPublic | BindingFlags.Instance).All(static f => f.FieldType != typeof(SecureString)))
        {
            return;
        }

        XElement entry = XDocument
            .Load(Path.Combine(Repository.Root, "module", "FlowSecrets.Types.ps1xml"))
            .Descendants("Type")
            .Single(t => t.Element("Name")!.Value == type.FullName);
        XElement value = entry.Element("Members")!.Elements("CodeProperty").Single();
        Assert.Equal(("Value", "true"), (value.Element("Name")!.Value, value.Attribute("IsHidden")!.Value));
        Assert.Equal(
            [.. Properties(record).Select(static p => p.Name).Order(StringComparer.Ordinal)],
            entry.Descendants("ReferencedProperties").Single().Elements().Select(static e => e.Value).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void AValuesTextIsNameAndVersion()
    {
        SecretChange change = new()
        {
            Name = "jwt-secret",
            StoreName = "shop-jwt-secret",
            Version = "2",
            Store = "Local",
            Place = "",
            Status = "Updated",
        };
        Assert.Equal("jwt-secret (version 2)", change.ToString());
        Assert.Equal("shop-jwt-secret", (change with { Name = null, Version = null }).ToString());
    }

    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null;

    private static PropertyInfo[] Properties(string record) =>
        Public.Single(t => t.Name == record).GetProperties(BindingFlags.Public | BindingFlags.Instance);
}
