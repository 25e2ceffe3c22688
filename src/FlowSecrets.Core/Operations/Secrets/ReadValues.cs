using System.Runtime.CompilerServices;
using FlowSecrets.Concurrency;
using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Processes;
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

    /// <summary>The value is shown as plain text.</summary>
    public bool AsPlainText { get; init; }

    /// <summary>Replace the file if it is there, and show values to a coding agent.</summary>
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
        if (options.AsPlainText)
        {
            Surroundings.RequireForce(context.Variable, "-AsPlainText", options.Force);
        }

        Workspace workspace = await Workspace.OpenAsync(context, options, host, cancellationToken);
        IReadOnlyList<Wanted> secrets = Find(workspace, options, host);
        if (options.OutFile is { } file)
        {
            if (!options.IsOne([.. secrets.Select(static w => w.Secret)]))
            {
                throw new FlowSecretException(ErrorIds.BadArgument, file, "-OutFile takes one secret", "Name one, without wildcards.");
            }

            foreach (Wanted wanted in secrets)
            {
                yield return await WriteAsync(workspace, wanted, options, file, host, cancellationToken);
            }

            yield break;
        }

        host.Verbose($"Reading {Words.Count(secrets.Count, "value")} of the {workspace.Place} ({workspace.Place.Identity}).");
        bool isCurrent = options.Version is null && options.Stage is null && secrets.All(static w => w.Secret.Version is null);
        IAsyncEnumerable<SecretReading> readings =
            isCurrent && secrets.Count > 1
                ? ReadManyAsync(workspace, secrets, cancellationToken)
                : Ordered.RunAsync(
                    secrets,
                    workspace.Store.Concurrency,
                    (w, ct) => ReadAsync(workspace, w, options, ct),
                    cancellationToken
                );
        int done = 0;
        await foreach (SecretReading reading in readings)
        {
            if (secrets.Count > 1)
            {
                host.Progress(new ProgressUpdate("Reading values", reading.StoreName, ++done, secrets.Count));
            }

            yield return reading;
        }
    }

    /// <summary>Current values, in the order in which they are wanted.</summary>
    private static async IAsyncEnumerable<SecretReading> ReadManyAsync(
        Workspace workspace,
        IReadOnlyList<Wanted> secrets,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ILookup<string, Wanted> byName = secrets.ToLookup(static w => w.Secret.StoreName, StringComparer.Ordinal);
        Dictionary<Wanted, SecretReading> early = [];
        int next = 0;
        try
        {
            string[] names = [.. byName.Select(static n => n.Key)];
            await foreach (ReadOutcome outcome in workspace.Store.ReadManyAsync(names, cancellationToken))
            {
                // Several fields of one secret each get a value of their own.
                Wanted[] all = [.. byName[outcome.StoreName]];
                ReadOutcome[] copies = [.. all.Skip(1).Select(_ => outcome.Copy()), outcome];
                for (int i = 0; i < all.Length; i++)
                {
                    early.Add(all[i], Reading(workspace, all[i].Secret, copies[i], all[i].Field));
                }

                while (next < secrets.Count && early.Remove(secrets[next], out SecretReading? reading))
                {
                    next++;
                    yield return reading;
                }
            }
        }
        finally
        {
            foreach (SecretReading left in early.Values)
            {
                left.Dispose();
            }
        }
    }

    /// <summary>A name that no secret has can be a secret's and a field's: <c>db-config.password</c>.</summary>
    private List<Wanted> Find(Workspace workspace, ReadValuesOptions options, IOperationHost host)
    {
        List<Wanted> found = [];
        foreach (string name in options.Names)
        {
            if (options.Field is null && workspace.WithField(name) is ({ } secret, var field))
            {
                found.Add(new Wanted(workspace.Ref(secret), field));
            }
            else
            {
                Add(options with { Names = [name], StoreNames = [] });
            }
        }

        if (options.StoreNames.Count > 0)
        {
            Add(options with { Names = [] });
        }

        return [.. found.DistinctBy(static w => (w.Secret.StoreName, w.Secret.Version, w.Field))];

        void Add(ReadValuesOptions part) =>
            found.AddRange(workspace.ResolveVersions(context, part, host, wildcards: true).Select(s => new Wanted(s, options.Field)));
    }

    private sealed record Wanted(SecretRef Secret, string? Field);

    private static async Task<SecretReading> ReadAsync(
        Workspace workspace,
        Wanted wanted,
        ReadValuesOptions options,
        CancellationToken cancellationToken
    )
    {
        SecretRef secret = wanted.Secret;
        string? named = options.Stage is null ? secret.Version : null;
        VersionSelector version = new(options.Version ?? named, options.Stage);
        ReadOutcome outcome = await ReadOutcome.OfAsync(
            secret.StoreName,
            () => workspace.Store.ReadAsync(secret.StoreName, version, cancellationToken)
        );
        return Reading(workspace, secret, outcome, wanted.Field);
    }

    /// <summary>Nothing is read that cannot be written.</summary>
    private static async Task<SecretReading> WriteAsync(
        Workspace workspace,
        Wanted wanted,
        ReadValuesOptions options,
        string file,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        FileWriter.CheckNamed(file, options.Force);
        if (!await host.ShouldProcessAsync(file, $"Write the value of '{wanted.Secret.StoreName}', for its owner alone", cancellationToken))
        {
            return new SecretReading
            {
                StoreName = wanted.Secret.StoreName,
                Status = host.IsWhatIf ? ItemStatus.Planned : ItemStatus.Skipped,
            };
        }

        SecretReading reading = await ReadAsync(workspace, wanted, options, cancellationToken);
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
            return SecretValue.FromText(members.RequiredText(field));
        }
    }
}
