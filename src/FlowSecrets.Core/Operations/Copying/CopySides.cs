using FlowSecrets.Catalogs.Trust;
using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations.Copying;

/// <summary>The store that is read and the one that is written to.</summary>
internal sealed record CopySides(Workspace Source, Workspace Target)
{
    /// <summary>Who reads where, and who writes where.</summary>
    public string Roles => $"reads the {Source.Place} as {Source.Place.Identity}, writes to the {Target.Place} as {Target.Place.Identity}";

    /// <exception cref="FlowSecretException">BadArgument: both are one location. NoCatalog, EnvironmentNotFound.</exception>
    public static async Task<CopySides> OpenAsync(
        OperationContext context,
        CopySecretsOptions options,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        Workspace source = await Workspace.OpenAsync(context, options with { Environment = options.From }, host, cancellationToken);
        Workspace target = await Workspace.OpenAsync(
            context,
            options with
            {
                Environment = options.To,
                PipedFrom = null,
            },
            host,
            cancellationToken
        );
        await source.Store.IdentifyAsync(cancellationToken);
        await target.Store.IdentifyAsync(cancellationToken);
        return IsOnePlace(source, target)
            ? throw new FlowSecretException(
                ErrorIds.BadArgument,
                options.To,
                source.Environment!.Name == target.Environment!.Name
                    ? $"-From and -To are the same environment '{target.Environment.Name}'"
                    : $"The environments '{source.Environment.Name}' and '{target.Environment.Name}' are one location: the {target.Place}",
                "Name two environments of different locations with -From and -To."
            )
            : new CopySides(source, target);
    }

    /// <summary>What only the catalog names needs approval: reading there, writing here, and whose secrets they are.</summary>
    /// <exception cref="FlowSecretException">CatalogNotTrusted.</exception>
    public async Task RequireAsync(IReadOnlyList<CopyItem> items, bool removesSource, CancellationToken cancellationToken)
    {
        if (Target.Trust is not { } trust || items.Count == 0)
        {
            return;
        }

        List<TrustRecord> records = [.. Source.ReadRecords, .. Target.WriteRecords, .. removesSource ? Source.WriteRecords : []];
        records.AddRange(await Source.UseRecordsAsync(items.Select(static i => i.Source), static _ => true, cancellationToken));
        records.AddRange(await Target.UseRecordsAsync(items.Select(static i => i.Target), static _ => false, cancellationToken));
        await trust.RequireAsync(records, cancellationToken);
    }

    private static bool IsOnePlace(Workspace source, Workspace target)
    {
        if (source.Environment == target.Environment)
        {
            return true;
        }

        if (source.Place.Store != target.Place.Store)
        {
            return false;
        }

        if (source.Place.Store == StoreKind.Local)
        {
            return FilePaths.AreSame(FilePaths.Real(source.Place.Location), FilePaths.Real(target.Place.Location));
        }

        // An account that could not be asked for leaves the settings to compare.
        bool isKnown = source.Place.Store != StoreKind.Aws || source.Place.Location.Contains('/', StringComparison.Ordinal);
        return isKnown
            ? source.Place.Location == target.Place.Location && source.Selection.Endpoint == target.Selection.Endpoint
            : source.Selection.WithoutKeys == target.Selection.WithoutKeys;
    }
}
