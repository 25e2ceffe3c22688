using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations.Copying;

/// <summary>Writes one planned secret, and reads each value back. Whatever is done already stays as it is.</summary>
internal sealed class CopyWriter(Workspace target)
{
    /// <summary>
    /// The stage of versions on their way, in stores whose current version is a stage: the current one changes once, at the end.
    /// </summary>
    public const string Aside = RotationNotes.Prefix + "copy";

    /// <returns>The version that is current afterwards.</returns>
    public async Task<string?> WriteAsync(CopyItem item, CancellationToken cancellationToken)
    {
        string name = item.Target.StoreName;
        string?[] there = [.. item.There];
        string? current = item.To.Current;
        int next = item.Wanted.Count - item.Added;
        bool isNew = item.To.Description is null;
        bool isAside = target.Store.Capabilities.MovableCurrent && item.Wanted.Count > 1;
        if (isNew)
        {
            IReadOnlyDictionary<string, string> labels = target.LabelsOfNew(item.Labels);
            current = (await target.Store.CreateAsync(name, labels, item.Wanted[0].Value, cancellationToken)).CurrentVersion;
            there[next] = current;
            await VerifyAsync(name, item.Wanted[next++], current, cancellationToken);
        }

        for (; next < item.Wanted.Count; next++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            there[next] = (
                await target.Store.AddVersionAsync(
                    name,
                    item.Wanted[next].Value,
                    isAside ? Aside : null,
                    isAside ? null : current ?? "",
                    cancellationToken
                )
            ).Version;
            current = isAside ? current : there[next];
            await VerifyAsync(name, item.Wanted[next], there[next], cancellationToken);
        }

        if (item.Stages.Count > 0)
        {
            await MoveStagesAsync(name, item.Stages, there, current, cancellationToken);
        }

        await LabelAsync(item, isNew, cancellationToken);
        return there.Length == 0 ? current : there[^1];
    }

    private async Task LabelAsync(CopyItem item, bool isNew, CancellationToken cancellationToken)
    {
        string name = item.Target.StoreName;
        if (!isNew && item.Added > 0)
        {
            await target.ClaimWrittenAsync(name, cancellationToken);
        }

        if (!isNew && item.Labels.Count > 0)
        {
            await target.Store.SetLabelsAsync(name, item.Labels, cancellationToken);
        }

        if (item.Annotations.Count > 0)
        {
            await target.Store.SetAnnotationsAsync(name, item.Annotations, cancellationToken);
        }
    }

    /// <param name="current">The version that must still be current when another one becomes it; null: not checked.</param>
    private async Task MoveStagesAsync(
        string name,
        IReadOnlyList<(string Stage, int Index)> stages,
        string?[] there,
        string? current,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<SecretVersionInfo> infos = await target.Store.ListVersionsAsync(name, cancellationToken);
        foreach ((string stage, int index) in stages)
        {
            if (At(stage) != there[index])
            {
                string? expected = stage == Stages.Current ? current : null;
                await target.Store.MoveStageAsync(name, stage, there[index], expected, cancellationToken);

                // When 'current' moves, the store moves 'previous' too.
                infos = await target.Store.ListVersionsAsync(name, cancellationToken);
            }
        }

        if (At(Aside) is not null)
        {
            await target.Store.MoveStageAsync(name, Aside, null, null, cancellationToken);
        }

        string? At(string stage) => infos.FirstOrDefault(i => i.Stages.Contains(stage, StringComparer.Ordinal))?.Version;
    }

    /// <summary>Reads what was written, and compares it in memory.</summary>
    /// <exception cref="FlowSecretException">ReadBackFailed.</exception>
    private async Task VerifyAsync(string name, CopyVersion written, string? version, CancellationToken cancellationToken)
    {
        string cause = "it is another value";
        try
        {
            using ReadSecret read = await target.Store.ReadAsync(name, new(version, null), cancellationToken);
            if (read.Value.Equals(written.Value))
            {
                return;
            }
        }
        catch (FlowSecretException e)
        {
            cause = e.CauseClause;
        }

        throw new FlowSecretException(
            ErrorIds.ReadBackFailed,
            name,
            $"'{name}' was written (version {version}), but reading it back did not give the same value: {cause}",
            "The source was not changed. Run the same command again: what is copied already is not copied twice."
        );
    }
}
