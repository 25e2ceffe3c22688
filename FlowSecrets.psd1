@{
    RootModule           = 'FlowSecrets.dll'
    ModuleVersion        = '0.1.0'
    GUID                 = '7d0c4a0e-5a0f-4f0b-9b51-3f6f0c7f9a41'
    Author               = 'FlowSecrets contributors'
    CompanyName          = 'FlowSecrets'
    Copyright            = '(c) 2026 FlowSecrets contributors. MIT License.'
    Description          = 'Manages an application''s secrets from PowerShell 7: one catalog in the repository, with the values in Google Secret Manager, AWS Secrets Manager or an encrypted local store. Sets secrets up, writes .env files, explains denied access, and rotates without losing a credential.'
    PowerShellVersion    = '7.6'
    CompatiblePSEditions = @('Core')
    TypesToProcess       = @('FlowSecrets.Types.ps1xml')
    FormatsToProcess     = @('FlowSecrets.Format.ps1xml')
    FunctionsToExport    = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
    CmdletsToExport      = @(
        'Add-FlowSecretWorkloadBinding'
        'Approve-FlowSecretCatalog'
        'Backup-FlowSecretStore'
        'Connect-FlowSecretStore'
        'Copy-FlowSecret'
        'Disconnect-FlowSecretStore'
        'Export-FlowExternalSecret'
        'Export-FlowSecret'
        'Export-FlowTerraform'
        'Get-FlowExternalSecret'
        'Get-FlowSecret'
        'Get-FlowSecretAccess'
        'Get-FlowSecretCatalog'
        'Get-FlowSecretRotation'
        'Get-FlowSecretStore'
        'Get-FlowSecretValue'
        'Get-FlowSecretVersion'
        'Get-FlowSecretWorkload'
        'Grant-FlowSecretAccess'
        'Import-FlowSecret'
        'Initialize-FlowSecret'
        'Invoke-FlowSecretRotation'
        'New-FlowSecret'
        'New-FlowSecretCatalog'
        'New-FlowSecretValue'
        'Remove-FlowSecret'
        'Remove-FlowSecretVersion'
        'Remove-FlowSecretWorkloadBinding'
        'Restart-FlowSecretWorkload'
        'Restore-FlowSecret'
        'Restore-FlowSecretStore'
        'Revoke-FlowSecretAccess'
        'Set-FlowSecret'
        'Set-FlowSecretStore'
        'Set-FlowSecretVersion'
        'Sync-FlowExternalSecret'
        'Sync-FlowLocalEnv'
        'Test-FlowExternalSecret'
        'Test-FlowSecretAccess'
        'Test-FlowSecretCatalog'
        'Test-FlowSecretRotation'
        'Undo-FlowSecretRotation'
        'Use-FlowSecret'
    )
    PrivateData          = @{
        PSData = @{
            Tags         = @(
                'Secrets', 'SecretManager', 'SecretsManager', 'dotenv', 'Rotation', 'GCP', 'GoogleCloud', 'AWS', 'CI'
                'PSEdition_Core', 'Windows', 'Linux', 'MacOS'
            )
            LicenseUri   = 'https://opensource.org/license/mit'
            ProjectUri   = 'https://github.com/flowsecrets/FlowSecrets'
            # build.ps1 puts the newest part of CHANGELOG.md here.
            ReleaseNotes = ''
        }
    }
}
