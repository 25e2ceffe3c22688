using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Templates;
using FlowSecrets.Errors;
using FlowSecrets.Formats.Data;
using FlowSecrets.Formats.Json;
using FlowSecrets.Model;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Operations.Setup;
using FlowSecrets.Ports;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.Transfer;

/// <summary>Compares what a source gives with what the store holds, and says what is to be done. It changes nothing.</summary>
internal sealed class ImportPlanner(
    Workspace workspace,
    ImportOptions options,
    string label,
    IReadOnlyDictionary<string, TemplateReference> meanings,
    SetupState state
)
{
    /// <returns>An item of its own, which the caller disposes of.</returns>
    public ImportItem Decide(ImportUnit unit)
    {
        if (unit.Error is { } error)
        {
            return Refused(new ImportItem(unit, null, null, false), error);
        }

        if (unit.Secret is not { } secret)
        {
            return new ImportItem(unit, null, null, false) { Message = "The catalog has no secret of this name." };
        }

        SecretDescription? there = state.Description(secret);
        ImportItem nothing = new(unit, null, there?.CurrentVersion, there is not null);
        try
        {
            state.ThrowIfUnknown(secret);
            if (there is { Deleted: not null })
            {
                throw StoreErrors.PendingDeletion(secret.StoreName, there.PurgeAt);
            }

            if (there is null)
            {
                SecretNames.Require(workspace.Place.Store, secret.StoreName);
            }

            foreach (ValueEntry empty in unit.Entries.Where(static e => e.IsEmpty))
            {
                throw new FlowSecretException(
                    ErrorIds.EmptyValue,
                    empty.Name,
                    $"{label}: the value of '{empty.Name}' is empty, and no store keeps an empty value",
                    "Give it a value, or take the name out."
                );
            }

            return secret.Definition is { Fields.Count: > 0 } ? Fields(nothing, secret) : Whole(nothing, secret);
        }
        catch (FlowSecretException e)
        {
            return Refused(nothing, workspace.Here(e, secret));
        }
    }

    private ImportItem Whole(ImportItem nothing, SecretRef secret)
    {
        SecretValue value = ValueOf(nothing.Unit.Entries[0], secret);
        try
        {
            ReadSecret? current = state.Current(secret);
            if (current is not null && current.Value.Equals(value))
            {
                value.Dispose();
                return Same(nothing);
            }

            if (nothing.Current is not null && !MayUpdate(secret))
            {
                value.Dispose();
                return current is null ? Kept(nothing) : Differs(nothing);
            }

            WriteRules.CheckFormat(secret, value);
            return Written(nothing with { Value = value }, overwrites: true);
        }
        catch
        {
            value.Dispose();
            throw;
        }
    }

    private SecretValue ValueOf(ValueEntry entry, SecretRef secret)
    {
        bool isTree = entry.Value.Kind is DocKind.Map or DocKind.List;
        return entry.Bytes is { } bytes ? SecretValue.FromBytes(bytes)
            : !isTree ? SecretValue.FromText(entry.Value.Text)
            : secret.Definition is null or { Format: SecretFormat.Json } ? SecretValue.FromText(JsonNodeText.Of(entry.Value))
            : throw new FlowSecretException(
                ErrorIds.BadInput,
                entry.Name,
                $"{label}: '{entry.Name}' is a {(entry.Value.Kind == DocKind.Map ? "map" : "list")}, and one text was expected",
                "Give one text, write 'format: json' into the catalog, or split it with -Expand."
            );
    }

    private ImportItem Fields(ImportItem nothing, SecretRef secret)
    {
        CatalogSecret definition = secret.Definition!;
        if (nothing.Unit.Entries.FirstOrDefault(static e => e.Bytes is not null) is { } binary)
        {
            throw new FlowSecretException(
                ErrorIds.ValueNotJson,
                binary.Name,
                $"{label}: the value of '{binary.Name}' is binary, and '{definition.Key}' is a JSON secret",
                "Give its fields as text."
            );
        }

        SetupInput input = SetupInput.Of(nothing.Unit.Entries, meanings, workspace.Catalog!, label);
        ReadSecret? current = state.Current(secret);
        if (nothing.Current is not null && current is null)
        {
            return Kept(nothing);
        }

        JsonSecret members = current is null ? JsonSecret.Empty(secret.StoreName) : JsonSecret.Parse(current.Value, secret.StoreName);
        List<string> kept = [];
        bool changes = false;
        bool overwrites = false;
        foreach (CatalogField field in definition.Fields)
        {
            string? old = members.Text(field.Name);
            if (input.Get(definition.Key, field.Name) is not { } given || string.Equals(given.Text, old, StringComparison.Ordinal))
            {
                continue;
            }

            if (!string.IsNullOrEmpty(old) && !MayUpdate(secret))
            {
                kept.Add(field.Name);
                continue;
            }

            changes = true;
            overwrites |= !string.IsNullOrEmpty(old);
            _ = given.Json is null ? members.Set(field.Name, given.Text) : SetJson(members, field.Name, given.Json);
        }

        nothing = nothing with { IsPartial = kept.Count + input.Unknown.Count > 0 };
        return changes ? Changed(nothing, secret, members, kept, input.Unknown, overwrites)
            : kept.Count > 0 ? Differs(nothing)
            : Same(nothing) with { Message = LeftOut(input.Unknown) };
    }

    private ImportItem Changed(
        ImportItem nothing,
        SecretRef secret,
        JsonSecret members,
        List<string> kept,
        List<string> unknown,
        bool overwrites
    )
    {
        string[] missing =
        [
            .. secret.Definition!.Fields.Where(f => f.Required && string.IsNullOrEmpty(members.Text(f.Name))).Select(static f => f.Name),
        ];
        string?[] notes =
        [
            kept.Count == 0 ? null : $"The store's {string.Join(", ", kept)} stay; -UpdateExisting takes the source's.",
            missing.Length == 0 ? null : $"Still without a value: {string.Join(", ", missing)}.",
            LeftOut(unknown),
        ];
        SecretValue value = members.Write();
        try
        {
            WriteRules.CheckFormat(secret, value);
            string message = string.Join(' ', notes.Where(static n => n is not null));
            return Written(nothing with { Value = value, Message = message.Length == 0 ? null : message }, overwrites);
        }
        catch
        {
            value.Dispose();
            throw;
        }
    }

    private ImportItem Written(ImportItem item, bool overwrites)
    {
        if (item.Current is not null && overwrites)
        {
            WriteRules.RequireOverwrite(item.Unit.Secret!, options.OverwriteEncryptionKey);
        }

        return item with
        {
            Action = item.Exists ? ImportItem.NewVersion : ImportItem.Create,
            Status = ItemStatus.Planned,
        };
    }

    private static bool SetJson(JsonSecret members, string field, string json)
    {
        members.SetJson(field, json);
        return true;
    }

    private static string? LeftOut(List<string> unknown) =>
        unknown.Count == 0 ? null : $"The catalog has no field {string.Join(", ", unknown)}, which was left out.";

    /// <summary>What exists is kept, unless the person says that the source is newer; another's secret always.</summary>
    private bool MayUpdate(SecretRef secret) => options.UpdateExisting && secret.Definition is not { IsExternal: true };

    private static ImportItem Same(ImportItem nothing) => nothing with { Action = ImportItem.Same, Status = ItemStatus.Unchanged };

    private static ImportItem Kept(ImportItem nothing) =>
        nothing with
        {
            Action = ImportItem.Keep,
            Status = ItemStatus.Kept,
            Message = "The store's current version cannot be read, and it is kept.",
        };

    private static ImportItem Differs(ImportItem nothing) =>
        nothing with
        {
            Action = ImportItem.Keep,
            Status = ItemStatus.Differs,
            Message = "The store's value stays; the source's is another. -UpdateExisting takes the source's.",
        };

    private static ImportItem Refused(ImportItem nothing, FlowSecretException error) =>
        nothing with
        {
            Action = ImportItem.Refuse,
            Status = ItemStatus.Failed,
            Message = error.Message,
            Error = error,
        };
}
