using System.Runtime.CompilerServices;
using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Text;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.Secrets;

internal sealed record ReadValuesOptions : SecretTargetOptions
{
    public string? Version { get; init; }

    public string? Stage { get; init; }

    public string? Field { get; init; }

    /// <summary>Write the bytes of the one secret to this file instead of giving them out.</summary>
    public string? OutFile { get; init; }

    /// <summary>Replace the file if it is there.</summary>
    public bool Force { get; init; }
}

/// <summary>A value that was read. The receiver disposes of it.</summary>
internal sealed record SecretReading : ItemResult, IDisposable
{
    public string? Name { get; init; }

    public required string StoreName { get; init; }

    public string? Version { get; init; }

    public SecretValue? Value { get; init; }

    public void Dispose() => Value?.Dispose();
}

/// <summary>Reads values; each is a reading or its own error.</summary>
internal sealed class ReadValuesOperation(OperationContext context) : IOperation<ReadValuesOptions, SecretReading>
{
    public async IAsyncEnumerable<SecretReading> RunAsync(
        ReadValuesOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Workspace workspace = await Workspace.OpenAsync(context, options, host, cancellationToken);
        IReadOnlyList<SecretRef> secrets = workspace.Resolve(context, options, host, wildcards: true);
        if (options.OutFile is { } file)
        {
            if (!options.IsOne(secrets))
            {
                throw new FlowSecretException(ErrorIds.BadArgument, file, "-OutFile takes one secret", "Name one, without wildcards.");
            }

            foreach (SecretRef secret in secrets)
            {
                yield return await WriteAsync(workspace, secret, options, file, host, cancellationToken);
            }

            yield break;
        }

        host.Verbose($"Reading {Words.Count(secrets.Count, "value")} of the {workspace.Place} ({workspace.Place.Identity}).");
        if (options.Version is null && options.Stage is null && secrets.Count > 1)
        {
            Dictionary<string, SecretRef> byName = secrets.ToDictionary(static s => s.StoreName, StringComparer.Ordinal);
            await foreach (ReadOutcome outcome in workspace.Store.ReadManyAsync(byName.Keys, cancellationToken))
            {
                yield return Reading(workspace, byName[outcome.StoreName], outcome, options.Field);
            }

            yield break;
        }

        foreach (SecretRef secret in secrets)
        {
            yield return await ReadAsync(workspace, secret, options, cancellationToken);
        }
    }

    private static async Task<SecretReading> ReadAsync(
        Workspace workspace,
        SecretRef secret,
        ReadValuesOptions options,
        CancellationToken cancellationToken
    )
    {
        VersionSelector version = new(options.Version, options.Stage);
        ReadOutcome outcome = await ReadOutcome.OfAsync(
            secret.StoreName,
            () => workspace.Store.ReadAsync(secret.StoreName, version, cancellationToken)
        );
        return Reading(workspace, secret, outcome, options.Field);
    }

    /// <summary>Nothing is read that cannot be written.</summary>
    private static async Task<SecretReading> WriteAsync(
        Workspace workspace,
        SecretRef secret,
        ReadValuesOptions options,
        string file,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        FileWriter.CheckNamed(file, options.Force);
        if (!await host.ShouldProcessAsync(file, $"Write the value of '{secret.StoreName}', for its owner alone", cancellationToken))
        {
            return new SecretReading { StoreName = secret.StoreName, Status = host.IsWhatIf ? ItemStatus.Planned : ItemStatus.Skipped };
        }

        SecretReading reading = await ReadAsync(workspace, secret, options, cancellationToken);
        if (reading.Value is { } read)
        {
            using SecretValue value = read;
            cancellationToken.ThrowIfCancellationRequested();
            FileWriter.Write(file, value.AsSpan(), FileAudience.Owner, options.Force, cancellationToken: cancellationToken);
            reading = reading with { Value = null };
        }

        return reading;
    }

    private static SecretReading Reading(Workspace workspace, SecretRef secret, ReadOutcome outcome, string? field)
    {
        SecretReading reading = new()
        {
            Name = secret.Definition?.Key,
            StoreName = secret.StoreName,
            Status = "Read",
            Version = outcome.Secret?.Version,
        };
        try
        {
            return outcome.Error is null ? reading with { Value = Extract(secret, outcome.Secret!.Value, field) } : throw outcome.Error;
        }
        catch (FlowSecretException e)
        {
            outcome.Dispose();
            FlowSecretException here = workspace.Here(e, secret);
            return reading with { Status = ItemStatus.Failed, Message = here.Message, Error = here };
        }
    }

    private static SecretValue Extract(SecretRef secret, SecretValue value, string? field)
    {
        if (field is null)
        {
            return value;
        }

        using (value)
        {
            JsonSecret members = JsonSecret.Parse(value, secret.StoreName);
            return SecretValue.FromText(members.RequiredText(members.NameOf(field)));
        }
    }
}
