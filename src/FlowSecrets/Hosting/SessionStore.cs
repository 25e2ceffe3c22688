using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using FlowSecrets.Operations;

namespace FlowSecrets.Hosting;

/// <summary>What Connect-FlowSecretStore chose, per runspace: parallel runspaces do not disturb each other.</summary>
internal static class SessionStore
{
    private static readonly ConditionalWeakTable<Runspace, SessionSelection> Selections = [];

    public static SessionSelection? Current
    {
        get =>
            Runspace.DefaultRunspace is { } runspace && Selections.TryGetValue(runspace, out SessionSelection? selection)
                ? selection
                : null;
        set
        {
            if (Runspace.DefaultRunspace is not { } runspace)
            {
                return;
            }

            Selections.Remove(runspace);
            if (value is not null)
            {
                Selections.Add(runspace, value);
            }
        }
    }
}
