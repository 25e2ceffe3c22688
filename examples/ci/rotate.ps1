<#
.SYNOPSIS
    Rotates whatever is due in an environment, writes a summary, and fails when a rotation failed.
.DESCRIPTION
    For a scheduled job: GitHub Actions, Azure Pipelines, a Kubernetes CronJob. The summary has names, states, versions and error ids, no value. A
    rotation that was broken off is finished by the next run, on whichever machine that is.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Environment,

    # Run the scripts that the catalog names; here the repository is its own.
    [switch] $TrustCatalog
)

$ErrorActionPreference = 'Continue'
Import-Module FlowSecrets -ErrorAction Stop

# What cannot be looked at is a failure too; the others are rotated all the same.
$unseen = $null
$due = @(Get-FlowSecretRotation -Environment $Environment -Due -AllowPartial -ErrorVariable unseen)
$results = @($due | Invoke-FlowSecretRotation -TrustCatalog:$TrustCatalog -AllowPartial)
$results | Out-Host

# No text of anybody else's makes Markdown, or a command of the runner's.
function Format-Cell([object] $Text) { ("$Text" -replace '[\r\n]+', ' ' -replace '([\\`*_{}\[\]<>()#+!|])', '\$1') -replace '##vso', '##-vso' }

$failed = @($results | Where-Object Status -eq Failed)
$lines = @(
    "### Secrets of $(Format-Cell $Environment)"
    ''
    if (-not $results -and -not $unseen) { 'Nothing was due.' } else {
        '| secret | result | state | version | old value until |'
        '| --- | --- | --- | --- | --- |'
        foreach ($r in $results) {
            "| $(Format-Cell $r.Name) | $(Format-Cell ($r.ErrorId ?? $r.Status)) | $($r.State) | $(Format-Cell $r.Version) | $(if ($r.RetireAt) { $r.RetireAt.ToUniversalTime().ToString('yyyy-MM-dd HH:mm') + ' UTC' }) |"
        }
        foreach ($e in $unseen) { "| $(Format-Cell $e.TargetObject) | $(Format-Cell ($e.FullyQualifiedErrorId -split ',')[0]) | | | |" }
    }
    foreach ($r in $failed) { ''; "**$(Format-Cell $r.Name)**: $(Format-Cell $r.Message)" }
)

if ($env:GITHUB_STEP_SUMMARY) { Add-Content $env:GITHUB_STEP_SUMMARY $lines -Encoding utf8NoBOM }
elseif ($env:TF_BUILD) {
    $file = Join-Path $env:AGENT_TEMPDIRECTORY 'rotation.md'
    Set-Content $file $lines -Encoding utf8NoBOM
    Write-Host "##vso[task.uploadsummary]$file"
}
else { $lines | Write-Host }

if ($failed -or $unseen) { exit 1 }
