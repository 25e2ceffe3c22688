using FlowSecrets.Catalogs;
using FlowSecrets.Providers.Aws.Access;

namespace FlowSecrets.Providers.Aws;

/// <summary>A store that a selection and the environment mean, found without leaving the machine.</summary>
internal sealed class AwsOpening
{
    private readonly StoreSelection _selection;
    private readonly AwsPlace _place;
    private readonly AwsIdentity _identity;

    private AwsOpening(StoreSelection selection, AwsPlace place, AwsIdentity identity) => (_selection, _place, _identity) = (selection, place, identity);

    /// <summary>The same for the same store.</summary>
    public string Key => string.Join('\n', _place, _identity.CacheKey, _selection.ThrottleLimit, _selection.KmsKey);

    public static AwsOpening Find(StoreSelection selection, Func<string, string?> environment)
    {
        AwsPlace place = AwsPlace.Find(selection, environment);
        return new AwsOpening(selection, place, AwsIdentity.Find(selection, place, environment));
    }

    public AwsStore Open() => new(_place, _identity, Options());

    public IWorkload OpenWorkload(CatalogWorkload workload)
    {
        AwsStoreOptions options = Options();
        AwsCaller caller = new(new AwsErrors(_ => new Place(StoreKind.Aws, _place.Region, _identity.Text) { Text = $"region {_place.Region}" }, _place, _identity), options);
        return new AwsWorkload(workload, _place, caller, new AwsCloud(_place, _identity.CredentialsAsync, options.Transport));
    }

    private AwsStoreOptions Options() => new() { ThrottleLimit = _selection.ThrottleLimit, KmsKey = _selection.KmsKey };
}
