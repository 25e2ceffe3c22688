namespace FlowSecrets.Providers.Aws.Iam.Conditions;

/// <summary>Yes, no, or not known here (null). One that decides makes the others irrelevant.</summary>
internal static class Known
{
    public static bool? Any(params IEnumerable<bool?> all)
    {
        bool? any = false;
        foreach (bool? one in all)
        {
            if (one == true)
            {
                return true;
            }

            any = one is null ? null : any;
        }

        return any;
    }

    public static bool? All(params IEnumerable<bool?> all) => !Any(all.Select(static one => !one));
}
