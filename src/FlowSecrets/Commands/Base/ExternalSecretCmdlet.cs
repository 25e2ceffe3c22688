using System.Management.Automation;
using FlowSecrets.Completion;
using FlowSecrets.Operations;
using FlowSecrets.Operations.ExternalSecrets;

namespace FlowSecrets.Commands.Base;

/// <summary>Base of the cmdlets that take ExternalSecrets by name, also from the pipeline.</summary>
public abstract class ExternalSecretCmdlet : ItemCmdlet
{
    private readonly List<(Target Target, string? Name)> _records = [];

    /// <summary>Names of ExternalSecrets, with wildcards.</summary>
    [SupportsWildcards]
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(ExternalSecretCompleter))]
    public string[]? Name { get; set; }

    /// <summary>
    /// The namespace. Without it: those of the catalog's 'kubernetes'; without a catalog the one of kubectl's context.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    public string? Namespace { get; set; }

    /// <summary>
    /// The context of kubectl. Without it: the one of the catalog's 'kubernetes', or kubectl's current one.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    public new string? Context { get; set; }

    private protected override bool TakesAll => true;

    private protected override (string Noun, string Parameters) Naming => ("ExternalSecret", "-Name; Get-FlowExternalSecret lists them");

    private protected override bool IsMorePiped =>
        base.IsMorePiped || (Namespace is not null && !IsTyped(nameof(Namespace))) || (Context is not null && !IsTyped(nameof(Context)));

    /// <summary>What the operation stands on.</summary>
    private protected OperationContext Basis => base.Context;

    private protected override void Gather()
    {
        string[] names = NamesOf(nameof(Name), Name);
        if (MeansSomething(names.Length > 0, nameof(Name)))
        {
            Target target = new(NamedEnvironment, WantedStore, Some(Namespace), Some(Context));
            string?[] meant = names.Length > 0 ? names : new string?[] { null };
            _records.AddRange(meant.Select(n => (target, n)));
        }
    }

    protected override void Run()
    {
        foreach (IGrouping<Target, (Target Target, string? Name)> place in _records.Distinct().ToList().GroupBy(static r => r.Target))
        {
            RunPlace(
                Fill(
                    new ExternalSecretOptions
                    {
                        // One record without a name means all.
                        Names = place.Any(static r => r.Name is null) ? [] : [.. place.Select(static r => r.Name!)],
                        Namespace = place.Key.Namespace,
                        Context = place.Key.Context,
                        IsContextTyped = IsTyped(nameof(Context)),
                    },
                    place.Key.Environment,
                    place.Key.Store
                )
            );
        }
    }

    private protected abstract void RunPlace(ExternalSecretOptions options);

    private static string? Some(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private sealed record Target(string? Environment, StoreKind? Store, string? Namespace, string? Context);
}
