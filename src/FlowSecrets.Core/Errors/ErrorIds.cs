namespace FlowSecrets.Errors;

/// <summary>The constant ids of all errors, each with its category. docs/errors.md lists cause and remedy; tests assert ids.</summary>
internal static class ErrorIds
{
    public const string AccessDenied = nameof(AccessDenied);
    public const string ApiNotEnabled = nameof(ApiNotEnabled);
    public const string BadArgument = nameof(BadArgument);
    public const string BadInput = nameof(BadInput);
    public const string BadPrincipal = nameof(BadPrincipal);
    public const string BadReply = nameof(BadReply);
    public const string CannotPrompt = nameof(CannotPrompt);
    public const string CatalogExists = nameof(CatalogExists);
    public const string CatalogInvalid = nameof(CatalogInvalid);
    public const string CatalogNotTrusted = nameof(CatalogNotTrusted);
    public const string ChecksumMismatch = nameof(ChecksumMismatch);
    public const string ClusterKindNotServed = nameof(ClusterKindNotServed);
    public const string Conflict = nameof(Conflict);
    public const string CopyNotPossible = nameof(CopyNotPossible);
    public const string CredentialRejected = nameof(CredentialRejected);
    public const string EmptyValue = nameof(EmptyValue);
    public const string EncryptionKeyProtected = nameof(EncryptionKeyProtected);
    public const string EndpointNotAllowed = nameof(EndpointNotAllowed);
    public const string EnvFileInvalid = nameof(EnvFileInvalid);
    public const string EnvFileOutdated = nameof(EnvFileOutdated);
    public const string EnvValueNotPortable = nameof(EnvValueNotPortable);
    public const string EnvironmentNotFound = nameof(EnvironmentNotFound);
    public const string EnvironmentInUse = nameof(EnvironmentInUse);
    public const string ExternalSecretNeverRefreshed = nameof(ExternalSecretNeverRefreshed);
    public const string ExternalSecretNotFound = nameof(ExternalSecretNotFound);
    public const string ExternalSecretTimedOut = nameof(ExternalSecretTimedOut);
    public const string ExternallyOwned = nameof(ExternallyOwned);
    public const string FieldAmbiguous = nameof(FieldAmbiguous);
    public const string FieldIsNull = nameof(FieldIsNull);
    public const string FieldNotFound = nameof(FieldNotFound);
    public const string FileEdited = nameof(FileEdited);
    public const string FileExists = nameof(FileExists);
    public const string FileNotWritable = nameof(FileNotWritable);
    public const string FileUnsafe = nameof(FileUnsafe);
    public const string FolderInUse = nameof(FolderInUse);
    public const string GitNotAvailable = nameof(GitNotAvailable);
    public const string InterruptionNotAllowed = nameof(InterruptionNotAllowed);
    public const string InvalidName = nameof(InvalidName);
    public const string ItemsFailed = nameof(ItemsFailed);
    public const string KubectlMissing = nameof(KubectlMissing);
    public const string KubernetesNotConfigured = nameof(KubernetesNotConfigured);
    public const string LimitReached = nameof(LimitReached);
    public const string NameConflict = nameof(NameConflict);
    public const string ManifestNotExpressible = nameof(ManifestNotExpressible);
    public const string NameNotInSource = nameof(NameNotInSource);
    public const string NoCatalog = nameof(NoCatalog);
    public const string NoProject = nameof(NoProject);
    public const string NoRegion = nameof(NoRegion);
    public const string NotAuthenticated = nameof(NotAuthenticated);
    public const string NotIgnoredByGit = nameof(NotIgnoredByGit);
    public const string NotSupportedByStore = nameof(NotSupportedByStore);
    public const string NothingToUndo = nameof(NothingToUndo);
    public const string PendingDeletion = nameof(PendingDeletion);
    public const string ProgramFailed = nameof(ProgramFailed);
    public const string ProgramNotFound = nameof(ProgramNotFound);
    public const string ProgramNotRunnable = nameof(ProgramNotRunnable);
    public const string ReadBackFailed = nameof(ReadBackFailed);
    public const string RequiredSecretMissing = nameof(RequiredSecretMissing);
    public const string RotationInProgress = nameof(RotationInProgress);
    public const string RotationNeedsAttention = nameof(RotationNeedsAttention);
    public const string RotationNotConfigured = nameof(RotationNotConfigured);
    public const string RotationWouldLoseData = nameof(RotationWouldLoseData);
    public const string SecretExists = nameof(SecretExists);
    public const string SecretHasNoVersion = nameof(SecretHasNoVersion);
    public const string SecretIsReplica = nameof(SecretIsReplica);
    public const string SecretNotFound = nameof(SecretNotFound);
    public const string SecretNotFoundOrForbidden = nameof(SecretNotFoundOrForbidden);
    public const string SecretNotInCatalog = nameof(SecretNotInCatalog);
    public const string SourceNotRemoved = nameof(SourceNotRemoved);
    public const string SessionEnding = nameof(SessionEnding);
    public const string StoreCorrupt = nameof(StoreCorrupt);
    public const string StoreLocked = nameof(StoreLocked);
    public const string StoreUnavailable = nameof(StoreUnavailable);
    public const string StrictCheckFailed = nameof(StrictCheckFailed);
    public const string TargetUnavailable = nameof(TargetUnavailable);
    public const string TemplateNotPortable = nameof(TemplateNotPortable);
    public const string Throttled = nameof(Throttled);
    public const string UnexpectedError = nameof(UnexpectedError);
    public const string ValueNotExpressible = nameof(ValueNotExpressible);
    public const string ValueNotJson = nameof(ValueNotJson);
    public const string ValueNotText = nameof(ValueNotText);
    public const string ValueTooLarge = nameof(ValueTooLarge);
    public const string VaultFailed = nameof(VaultFailed);
    public const string VaultNotAvailable = nameof(VaultNotAvailable);
    public const string VaultNotFound = nameof(VaultNotFound);
    public const string VersionDestroyed = nameof(VersionDestroyed);
    public const string VersionDisabled = nameof(VersionDisabled);
    public const string VersionInUse = nameof(VersionInUse);
    public const string VersionNotFound = nameof(VersionNotFound);
    public const string WorkloadFailed = nameof(WorkloadFailed);
    public const string WorkloadNotFound = nameof(WorkloadNotFound);
    public const string WorkloadTimedOut = nameof(WorkloadTimedOut);
    public const string WriteUncertain = nameof(WriteUncertain);

    /// <summary>The error category of PowerShell that an id belongs to.</summary>
    public static FlowErrorCategory CategoryOf(string id) =>
        id switch
        {
            NotAuthenticated => FlowErrorCategory.AuthenticationError,
            BadArgument or BadPrincipal or InvalidName or NoProject or NoRegion => FlowErrorCategory.InvalidArgument,
            _ when IsOfData(id) => FlowErrorCategory.InvalidData,
            CannotPrompt
            or ExternalSecretNeverRefreshed
            or ExternallyOwned
            or InterruptionNotAllowed
            or ItemsFailed
            or NotSupportedByStore
            or NothingToUndo
            or PendingDeletion
            or ProgramFailed
            or ProgramNotRunnable
            or RotationNeedsAttention
            or RotationNotConfigured
            or SecretIsReplica
            or SessionEnding
            or SourceNotRemoved
            or VersionDestroyed
            or VersionDisabled
            or VersionInUse
            or WorkloadFailed => FlowErrorCategory.InvalidOperation,
            LimitReached or Throttled or ValueTooLarge => FlowErrorCategory.LimitsExceeded,
            EnvironmentNotFound
            or ExternalSecretNotFound
            or FieldIsNull
            or FieldNotFound
            or KubectlMissing
            or KubernetesNotConfigured
            or NameNotInSource
            or NoCatalog
            or ProgramNotFound
            or RequiredSecretMissing
            or SecretHasNoVersion
            or SecretNotFound
            or SecretNotInCatalog
            or VaultNotFound
            or VersionNotFound
            or WorkloadNotFound => FlowErrorCategory.ObjectNotFound,
            ExternalSecretTimedOut or WorkloadTimedOut => FlowErrorCategory.OperationTimeout,
            AccessDenied or SecretNotFoundOrForbidden or StoreLocked => FlowErrorCategory.PermissionDenied,
            Conflict or EnvironmentInUse or RotationInProgress => FlowErrorCategory.ResourceBusy,
            CatalogExists or FileEdited or FileExists or FolderInUse or SecretExists => FlowErrorCategory.ResourceExists,
            ApiNotEnabled
            or ClusterKindNotServed
            or GitNotAvailable
            or StoreUnavailable
            or TargetUnavailable
            or VaultFailed
            or VaultNotAvailable
            or WriteUncertain => FlowErrorCategory.ResourceUnavailable,
            CatalogNotTrusted or EncryptionKeyProtected or EndpointNotAllowed or FileUnsafe or NotIgnoredByGit or RotationWouldLoseData =>
                FlowErrorCategory.SecurityError,
            FileNotWritable => FlowErrorCategory.WriteError,
            _ => FlowErrorCategory.NotSpecified,
        };

    private static bool IsOfData(string id) =>
        id
            is BadInput
                or BadReply
                or CatalogInvalid
                or ChecksumMismatch
                or CopyNotPossible
                or CredentialRejected
                or EmptyValue
                or EnvFileInvalid
                or EnvFileOutdated
                or EnvValueNotPortable
                or FieldAmbiguous
                or ManifestNotExpressible
                or NameConflict
                or ReadBackFailed
                or StoreCorrupt
                or StrictCheckFailed
                or TemplateNotPortable
                or ValueNotExpressible
                or ValueNotJson
                or ValueNotText;
}
