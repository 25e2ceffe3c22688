using System.Text.RegularExpressions;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Ports;
using FlowSecrets.Text;

namespace FlowSecrets.Operations.Copying;

/// <summary>Compares what both stores hold of a secret, and says what is to be done. It changes nothing.</summary>
internal sealed partial class CopyPlanner(CopySides sides, CopySecretsOptions options)
{
    /// <param name="item">With what was read of it.</param>
    public CopyItem Decide(CopyItem item)
    {
        try
        {
            if (item.Error is { } error)
            {
                throw error;
            }

            if (item.From.Error is { } unreadable)
            {
                throw unreadable;
            }

            if (item.To.Error is { } unknown)
            {
                throw unknown;
            }

            return item.From is { Description: not null, IsDeleted: false } ? OfPresent(item) : OfAbsent(item);
        }
        catch (FlowSecretException e)
        {
            return item with { Action = CopyItem.Refuse, Status = ItemStatus.Failed, Message = e.Message, Error = e };
        }
    }

    private CopyItem OfAbsent(CopyItem item)
    {
        if (options.RemoveSource && item.To is { Current: not null, IsDeleted: false })
        {
            return item with
            {
                Action = CopyItem.Same,
                Status = ItemStatus.Unchanged,
                Message = "The source was removed before; the target has the secret.",
            };
        }

        SecretDescription? there = item.From.Description;
        FlowSecretException absent = there is null
            ? StoreErrors.SecretNotFound(sides.Source.Place, item.Source.StoreName)
            : StoreErrors.PendingDeletion(item.Source.StoreName, there.PurgeAt);
        return item.IsNamed
            ? throw sides.Source.Here(absent, item.Source)
            : item with
            {
                Status = ItemStatus.Missing,
                Message = there is null ? "The source does not have it." : "It is deleted in the source.",
            };
    }

    private CopyItem OfPresent(CopyItem item)
    {
        (SecretRef source, SecretRef target) = (item.Source, item.Target);
        if (item.From.CurrentVersion is null)
        {
            FlowSecretException none = item.From.Current is { } hidden
                ? StoreErrors.VersionDisabled(source.StoreName, hidden)
                : StoreErrors.HasNoVersion(sides.Source.Place, source.StoreName);
            return item.IsNamed || item.From.Current is not null
                ? throw sides.Source.Here(none, source)
                : item with
                {
                    Message = "It has no version.",
                };
        }

        if (item.To is { IsDeleted: true, Description.PurgeAt: var purgeAt })
        {
            throw sides.Target.Here(StoreErrors.PendingDeletion(target.StoreName, purgeAt), target);
        }

        CopyMetadata metadata = CopyMetadata.Of(item.From.Description!, sides.Target);
        item = WithStages(item with { Wanted = item.From.Sequence }, metadata);
        CopyMatch match = CopyMatch.Of(item.Wanted, item.To);
        item = Labelled(item with { There = match.There, IsProved = match.IsProved, IsRemoved = options.RemoveSource }, metadata);
        return Checked(Compared(item, match), metadata);
    }

    private CopyItem Compared(CopyItem item, CopyMatch match)
    {
        bool isCurrent = item.To.CurrentVersion is { } current && current.Value.Equals(item.Wanted[^1].Value);
        bool isBegun = match.IsPure && (item.To.StagedAt(CopyWriter.Aside) is not null || !match.IsComplete);
        if (match.IsComplete && isCurrent)
        {
            bool mayMove = match.IsProved && (match.IsPure || options.UpdateExisting || item.To.StagedAt(CopyWriter.Aside) is not null);
            return Complete(item, mayMove);
        }

        if (!isBegun && !options.UpdateExisting)
        {
            return Kept(item, isCurrent);
        }

        if (!isBegun)
        {
            WriteRules.RequireOverwrite(item.Target, options.OverwriteEncryptionKey);
        }

        if (match.IsComplete)
        {
            // The value is there, but another one is current: the stage is moved, or on Google the value is added again.
            return sides.Target.Store.Capabilities.MovableCurrent && item.Stages.Count > 0
                ? item with
                {
                    Action = CopyItem.Complete,
                }
                : item with
                {
                    Action = CopyItem.AddVersions,
                    There = [.. item.There.SkipLast(1), null],
                };
        }

        return item with
        {
            Action = item.To.Description is null ? CopyItem.Create : CopyItem.AddVersions,
        };
    }

    /// <summary>The values are there; perhaps a stage or a label is not, because an earlier run was interrupted.</summary>
    private static CopyItem Complete(CopyItem item, bool mayMove)
    {
        bool isMoved =
            mayMove
            && (item.To.StagedAt(CopyWriter.Aside) is not null || item.Stages.Any(s => item.To.StagedAt(s.Stage) != item.There[s.Index]));
        item = isMoved ? item : item with { Stages = [] };
        return isMoved || item.Labels.Count + item.Annotations.Count > 0
            ? item with
            {
                Action = CopyItem.Complete,
            }
            : item with
            {
                Action = CopyItem.Same,
                Status = ItemStatus.Unchanged,
            };
    }

    private static CopyItem Kept(CopyItem item, bool isCurrent) =>
        item with
        {
            Action = CopyItem.Keep,
            Status = item.To.CurrentVersion is null ? ItemStatus.Kept : ItemStatus.Differs,
            IsRemoved = false,
            Message = isCurrent
                ? $"The current value is the same, and {Words.Count(item.Added, "version")} would be added to the others: -UpdateExisting."
                : "The target has another value: -UpdateExisting replaces it.",
        };

    /// <summary>Where each stage is to be; those of FlowSecrets and 'pending' are not copied.</summary>
    private CopyItem WithStages(CopyItem item, CopyMetadata metadata)
    {
        if (!options.AllVersions)
        {
            return item;
        }

        List<(string Stage, int Index)> stages = [];
        for (int i = 0; i < item.Wanted.Count; i++)
        {
            SecretVersionInfo info = item.From.Infos.First(v => v.Version == item.Wanted[i].Version);
            foreach (string stage in info.Stages.Where(static s => s is not Stages.Pending && !RotationNotes.IsOurs(s)))
            {
                if (stage == Stages.Current && !sides.Target.Store.Capabilities.MovableCurrent)
                {
                    continue;
                }

                if (PortableStage().IsMatch(stage))
                {
                    stages.Add((stage, i));
                }
                else
                {
                    metadata.NotMapped.Add($"stage {stage}");
                }
            }
        }

        return item with
        {
            Stages =
            [
                .. stages.OrderBy(static s =>
                    s.Stage switch
                    {
                        Stages.Current => 0,
                        Stages.Previous => 1,
                        _ => 2,
                    }
                ),
            ],
        };
    }

    private CopyItem Labelled(CopyItem item, CopyMetadata metadata)
    {
        SecretDescription there = item.To.Description ?? new SecretDescription(item.Target.StoreName);
        bool isNew = item.To.Description is null;
        return item with
        {
            Labels = isNew ? metadata.Labels : CopyMetadata.Missing(metadata.Labels, there.Labels, options.UpdateExisting),
            Annotations = CopyMetadata.Missing(metadata.Annotations, there.Annotations, options.UpdateExisting),
            NotMapped = [.. metadata.NotMapped, .. metadata.Unfit],
        };
    }

    /// <summary>What the target cannot carry of what is to be written.</summary>
    private CopyItem Checked(CopyItem item, CopyMetadata metadata)
    {
        if (!item.IsWritten)
        {
            return item;
        }

        StoreKind store = sides.Target.Place.Store;
        List<string> problems = [];
        if (item.To.Description is null && !SecretNames.IsValid(store, item.Target.StoreName))
        {
            problems.Add($"'{item.Label}': the {store} store does not take the name '{item.Target.StoreName}': {SecretNames.Rule(store)}");
        }

        int most = sides.Target.Store.Capabilities.MaxValueBytes;
        foreach (CopyVersion version in item.Wanted.Where((_, i) => item.There[i] is null))
        {
            if (version.Value.AsSpan().Length > most)
            {
                problems.Add($"'{item.Label}': the value of version {version.Version} is larger than {most} bytes");
            }
            else if (version.Value.IsEmpty())
            {
                problems.Add($"'{item.Label}': the value of version {version.Version} is empty, and no store keeps an empty value");
            }
        }

        if (metadata.Unfit.Count > 0 && !options.AllowUnmapped)
        {
            problems.Add($"'{item.Label}': the {store} store does not take {string.Join(", ", metadata.Unfit)}");
        }

        return item with
        {
            Problems = problems,
        };
    }

    /// <summary>What every store takes as a stage.</summary>
    [GeneratedRegex(@"\A(?!(latest|NEW)\z)[A-Za-z][A-Za-z0-9_-]{0,62}\z", RegexOptions.ExplicitCapture)]
    private static partial Regex PortableStage();
}
