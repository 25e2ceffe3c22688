using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Templates;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Ports;
using FlowSecrets.Values;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.Setup;

/// <summary>
/// Finds a value for each secret: what the input gives, what the person answers, the default, or a made one. It asks and decides;
/// it changes nothing.
/// </summary>
internal sealed class SetupInterview(
    Workspace workspace,
    InitializeOptions options,
    SetupInput input,
    SetupState state,
    IOperationHost host
) : IDisposable
{
    private readonly SetupValues _values = new();
    private readonly RenderBudget _budget = new();
    private readonly Sensitivity _sensitivity = new(workspace.Catalog!);

    /// <summary>A dry run asks nothing.</summary>
    private bool Asks => !options.NonInteractive && !host.IsWhatIf;

    public void Dispose() => _values.Dispose();

    public async Task<SetupDecision> DecideAsync(SecretRef secret, CancellationToken cancellationToken)
    {
        CatalogSecret definition = secret.Definition!;
        SecretDescription? description = state.Description(secret);
        SetupDecision nothing = new(secret, ValueSource.None, null, description?.CurrentVersion, description is not null);
        try
        {
            state.ThrowIfUnknown(secret);
            if (description is { Deleted: not null })
            {
                throw StoreErrors.PendingDeletion(secret.StoreName, description.PurgeAt);
            }

            ReadSecret? current = state.Current(secret);
            if (
                current is null
                && description?.CurrentVersion is not null
                && !input.Has(definition)
                && Catalog.IsRequired(definition, workspace.Environment)
            )
            {
                // Reading it says why it cannot be read: a required secret that nothing can read is not set up.
                (await workspace.Store.ReadAsync(secret.StoreName, VersionSelector.Current, cancellationToken)).Dispose();
            }

            if (current is not null)
            {
                _values.Set(definition.Key, current.Value);
            }

            SetupDecision decision =
                definition.Fields.Count > 0
                    ? await DecideFieldsAsync(nothing, current, cancellationToken)
                    : await DecideValueAsync(nothing, current, cancellationToken);
            if (decision.Value is not null)
            {
                WriteRules.CheckFormat(secret, decision.Value);
                _values.Set(definition.Key, decision.Value);
            }

            return decision;
        }
        catch (FlowSecretException e) when (e.Id != ErrorIds.CannotPrompt)
        {
            FlowSecretException here = workspace.Here(e, secret);
            return nothing with { Error = here, Status = ItemStatus.Failed, Message = here.Message };
        }
    }

    private async Task<SetupDecision> DecideValueAsync(SetupDecision nothing, ReadSecret? current, CancellationToken cancellationToken)
    {
        CatalogSecret definition = nothing.Secret.Definition!;
        bool has = nothing.Current is not null;
        if (input.Get(definition.Key, null) is { } given)
        {
            SecretValue value = SecretValue.FromText(given.Text);
            bool same = current is not null && current.Value.Equals(value);
            if (same || (has && !MayUpdate(definition)))
            {
                value.Dispose();
                return same ? nothing with { Source = ValueSource.Input, Status = ItemStatus.Unchanged } : Differs(nothing);
            }

            return Overwriting(nothing with { Source = ValueSource.Input, Value = value });
        }

        if (has && !(options.PromptAll && Asks))
        {
            return Kept(nothing);
        }

        if (definition.Format == SecretFormat.Binary)
        {
            return Missing(
                nothing,
                Remedy.Of($"It is binary: {Shell($"New-FlowSecret {workspace.Argument(nothing.Secret)} -Path FILE")}").ToString()
            );
        }

        Answer answer = await AnswerAsync(
            new Ask(
                definition.Prompt ?? definition.Description ?? definition.Key,
                definition.Sensitive,
                definition.IsExternal ? null : definition.Generate,
                definition.Default,
                has,
                nothing.Secret.StoreName,
                Catalog.IsRequired(definition, workspace.Environment)
            ),
            cancellationToken
        );
        if (answer.Value is not { } answered)
        {
            return has ? Kept(nothing) : Missing(nothing, definition.IsExternal ? "Its owner makes it." : null);
        }

        if (current is not null && current.Value.Equals(answered))
        {
            answered.Dispose();
            return nothing with { Source = answer.Source, Status = ItemStatus.Unchanged };
        }

        SetupDecision decision = nothing with { Source = answer.Source, Value = answered };
        return answer.Source == ValueSource.Generated
            ? decision with
            {
                Generated = [(nothing.Secret.StoreName, answered.Clone())],
            }
            : Overwriting(decision);
    }

    private async Task<SetupDecision> DecideFieldsAsync(SetupDecision nothing, ReadSecret? current, CancellationToken cancellationToken)
    {
        CatalogSecret definition = nothing.Secret.Definition!;
        bool has = nothing.Current is not null;
        if (has && current is null)
        {
            return Kept(nothing);
        }

        string name = nothing.Secret.StoreName;
        JsonSecret members = current is null ? JsonSecret.Empty(name) : JsonSecret.Parse(current.Value, name);
        SetupFieldChanges changes = new();
        foreach (CatalogField field in definition.Fields)
        {
            string? old = members.Text(field.Name);
            bool hasField = !string.IsNullOrEmpty(old);
            SetupGiven? given = input.Get(definition.Key, field.Name);
            if (given is not null && hasField && !MayUpdate(definition))
            {
                changes.Differs |= !string.Equals(given.Text, old, StringComparison.Ordinal);
                continue;
            }

            Answer found = await FieldAsync(nothing.Secret, field, given?.Text, hasField, cancellationToken);
            using SecretValue? value = found.Value;
            if (value is not null)
            {
                changes.Set(nothing.Secret, field, members, old, value, given?.Json, found.Source);
                using SecretValue soFar = members.Write();
                _values.Set(definition.Key, soFar);
            }
            else if (!hasField && field.Required)
            {
                changes.Empty.Add(field.Name);
            }
        }

        return Decide(nothing, members, changes, has);
    }

    private SetupDecision Decide(SetupDecision nothing, JsonSecret members, SetupFieldChanges changes, bool has)
    {
        if (changes.Empty.Count > 0)
        {
            bool nothingGiven = changes.Source < ValueSource.Input && !has;
            return nothingGiven && !Catalog.IsRequired(nothing.Secret.Definition!, workspace.Environment)
                ? nothing with
                {
                    Message = "Optional; no value.",
                }
                : Missing(nothing, $"Without a value: {string.Join(", ", changes.Empty)}.", required: true);
        }

        if (!changes.Any)
        {
            return changes.Differs ? Differs(nothing) : Kept(nothing);
        }

        foreach (string field in changes.Retyped)
        {
            host.Warning(JsonSecret.Retyped(nothing.Secret.StoreName, field));
        }

        SetupDecision decision = nothing with { Source = changes.Source, Value = members.Write(), Generated = changes.Generated };
        return changes.Overwrites ? Overwriting(decision) : decision;
    }

    /// <summary>The value of one field: from the input file, else from a question; none if the field keeps what it has.</summary>
    private async Task<Answer> FieldAsync(
        SecretRef secret,
        CatalogField field,
        string? given,
        bool hasField,
        CancellationToken cancellationToken
    )
    {
        if (given is not null)
        {
            return new Answer(SecretValue.FromText(given), ValueSource.Input);
        }

        if (hasField && !(options.PromptAll && Asks))
        {
            return new Answer(null, ValueSource.None);
        }

        CatalogSecret definition = secret.Definition!;
        return await AnswerAsync(
            new Ask(
                field.Prompt ?? field.Description ?? $"{definition.Key} {field.Name}",
                field.Sensitive,
                definition.IsExternal ? null : field.Generate,
                field.Default,
                hasField,
                $"{secret.StoreName}.{field.Name}",
                field.Required
            ),
            cancellationToken
        );
    }

    private async Task<Answer> AnswerAsync(Ask ask, CancellationToken cancellationToken)
    {
        string? byDefault = ask.Default?.Render(_values.Resolve, out _, _budget);
        if (Asks)
        {
            Question question = new(
                ask.Text,
                Hint(ask, byDefault),
                "Give values with -InputPath FILE and let the rest be generated: Initialize-FlowSecret -NonInteractive."
            );
            SecretValue answered = ask.Sensitive
                ? await host.AskSecretAsync(question, cancellationToken)
                : SecretValue.FromText(await host.AskAsync(question, cancellationToken));
            if (!answered.IsEmpty())
            {
                return new Answer(answered, ValueSource.Prompt);
            }

            answered.Dispose();
        }

        // What is there is kept: generation is for what has no value yet.
        if (ask.HasValue)
        {
            return default;
        }

        if (!string.IsNullOrEmpty(byDefault))
        {
            return new Answer(SecretValue.FromText(byDefault), ValueSource.Default);
        }

        if (ask.Generate is null)
        {
            return default;
        }

        using GeneratedSecret made = SecretGenerator.Generate(ask.Generate);
        if (Asks)
        {
            host.Say($"  Will generate {ask.Name} ({made.EntropyBits} bits).");
        }

        return new Answer(made.Value.Clone(), ValueSource.Generated);
    }

    /// <summary>What Enter does. Of a default that is sensitive, or made of something sensitive, only the origin is shown.</summary>
    private string? Hint(Ask ask, string? byDefault)
    {
        if (ask.HasValue)
        {
            return "Enter keeps it";
        }

        if (string.IsNullOrEmpty(byDefault))
        {
            return ask.Generate is not null ? "Enter generates it"
                : ask.Required ? "required"
                : "Enter skips it";
        }

        return ask.Sensitive ? Sensitivity.OriginOf(ask.Default!) ?? SecretValue.Mask : _sensitivity.Origin(ask.Default!) ?? byDefault;
    }

    private SetupDecision Overwriting(SetupDecision decision)
    {
        if (decision.Current is not null)
        {
            try
            {
                WriteRules.RequireOverwrite(decision.Secret, options.OverwriteEncryptionKey);
            }
            catch (FlowSecretException)
            {
                decision.Dispose();
                throw;
            }
        }

        return decision;
    }

    /// <summary>What exists is kept, unless the person says that the input is newer; another's secret always.</summary>
    private bool MayUpdate(CatalogSecret definition) => options.UpdateExisting && !definition.IsExternal;

    private static SetupDecision Differs(SetupDecision nothing) =>
        nothing with
        {
            Source = ValueSource.Store,
            Status = ItemStatus.Differs,
            Message = "The store's value stays; the input's is another. -UpdateExisting takes the input's.",
        };

    private static SetupDecision Kept(SetupDecision nothing) => nothing with { Source = ValueSource.Store, Status = ItemStatus.Kept };

    private SetupDecision Missing(SetupDecision nothing, string? why, bool required = false)
    {
        CatalogSecret definition = nothing.Secret.Definition!;
        if (host.IsWhatIf && !options.NonInteractive)
        {
            return nothing with { Status = ItemStatus.Planned, Message = "Ask for its value" };
        }

        if (!required && !Catalog.IsRequired(definition, workspace.Environment))
        {
            return nothing with { Message = why ?? "Optional; no value." };
        }

        string cmdlet = nothing.Exists ? "Set-FlowSecret" : "New-FlowSecret";
        FlowSecretException error = new(
            ErrorIds.RequiredSecretMissing,
            nothing.Secret.StoreName,
            $"The secret '{definition.Key}' is required and has no value. {why}",
            $"Give it: {Shell($"{cmdlet:bare} {workspace.Argument(nothing.Secret)}")}; or with -InputPath FILE, "
                + $"keyed by {definition.AllVariables.FirstOrDefault() ?? definition.Key}."
        );
        return nothing with { Status = ItemStatus.Missing, Error = error, Message = error.Message };
    }

    /// <param name="Name">For the line that says that a value was made.</param>
    /// <param name="Text">What the person reads.</param>
    /// <param name="HasValue">Whether there is a value already, which an empty answer keeps.</param>
    private sealed record Ask(
        string Text,
        bool Sensitive,
        GenerateSpec? Generate,
        Template? Default,
        bool HasValue,
        string Name,
        bool Required
    );

    private readonly record struct Answer(SecretValue? Value, ValueSource Source);
}
