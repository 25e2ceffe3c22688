namespace FlowSecrets;

/// <summary>The constant ids of all errors. docs/errors.md lists each with cause and remedy; tests assert them.</summary>
public static class ErrorIds
{
    public const string AccessDenied = nameof(AccessDenied);
    public const string ApiNotEnabled = nameof(ApiNotEnabled);
    public const string BadArgument = nameof(BadArgument);
    public const string BadInput = nameof(BadInput);
    public const string BadPrincipal = nameof(BadPrincipal);
    public const string CannotPrompt = nameof(CannotPrompt);
    public const string CatalogExists = nameof(CatalogExists);
    public const string CatalogInvalid = nameof(CatalogInvalid);
    public const string CatalogNotTrusted = nameof(CatalogNotTrusted);
    public const string ChecksumMismatch = nameof(ChecksumMismatch);
    public const string Conflict = nameof(Conflict);
    public const string EmptyValue = nameof(EmptyValue);
    public const string EncryptionKeyProtected = nameof(EncryptionKeyProtected);
    public const string EndpointNotAllowed = nameof(EndpointNotAllowed);
    public const string EnvFileInvalid = nameof(EnvFileInvalid);
    public const string EnvFileOutdated = nameof(EnvFileOutdated);
    public const string EnvValueNotPortable = nameof(EnvValueNotPortable);
    public const string EnvironmentNotFound = nameof(EnvironmentNotFound);
    public const string ExternallyOwned = nameof(ExternallyOwned);
    public const string FieldNotFound = nameof(FieldNotFound);
    public const string FileExists = nameof(FileExists);
    public const string FileNotWritable = nameof(FileNotWritable);
    public const string FileUnsafe = nameof(FileUnsafe);
    public const string InvalidName = nameof(InvalidName);
    public const string ItemsFailed = nameof(ItemsFailed);
    public const string KubectlMissing = nameof(KubectlMissing);
    public const string LimitReached = nameof(LimitReached);
    public const string NoCatalog = nameof(NoCatalog);
    public const string NoProject = nameof(NoProject);
    public const string NoRegion = nameof(NoRegion);
    public const string NotAuthenticated = nameof(NotAuthenticated);
    public const string NotIgnoredByGit = nameof(NotIgnoredByGit);
    public const string NotSupportedByStore = nameof(NotSupportedByStore);
    public const string PendingDeletion = nameof(PendingDeletion);
    public const string RequiredSecretMissing = nameof(RequiredSecretMissing);
    public const string SecretExists = nameof(SecretExists);
    public const string SecretHasNoVersion = nameof(SecretHasNoVersion);
    public const string SecretNotFound = nameof(SecretNotFound);
    public const string SecretNotFoundOrForbidden = nameof(SecretNotFoundOrForbidden);
    public const string SecretNotInCatalog = nameof(SecretNotInCatalog);
    public const string StoreCorrupt = nameof(StoreCorrupt);
    public const string StoreLocked = nameof(StoreLocked);
    public const string StoreUnavailable = nameof(StoreUnavailable);
    public const string Throttled = nameof(Throttled);
    public const string UnexpectedError = nameof(UnexpectedError);
    public const string ValueNotJson = nameof(ValueNotJson);
    public const string ValueNotText = nameof(ValueNotText);
    public const string ValueTooLarge = nameof(ValueTooLarge);
    public const string VersionDestroyed = nameof(VersionDestroyed);
    public const string VersionDisabled = nameof(VersionDisabled);
    public const string VersionNotFound = nameof(VersionNotFound);
    public const string WorkloadNotFound = nameof(WorkloadNotFound);
    public const string WriteUncertain = nameof(WriteUncertain);
}
