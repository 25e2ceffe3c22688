<#
.SYNOPSIS
    From a clone to a working backend/.env: in a new temporary folder, with a local store of its own or in a cloud.
.DESCRIPTION
    With the environment 'local' no cloud account is needed. 'production' is Google Secret Manager, 'dr' AWS Secrets Manager; build.ps1 runs
    them against servers on this machine.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Module,
    [ValidateSet('local', 'production', 'dr')] [string] $Environment = 'local'
)

$ErrorActionPreference = 'Stop'
function Show([string] $Command) { Write-Host "`nPS> $Command" -ForegroundColor Cyan }

$name = "flowsecrets-demo-$([guid]::NewGuid().ToString('N').Substring(0, 8))"
$folder = New-Item (Join-Path ([System.IO.Path]::GetTempPath()) $name) -ItemType Directory
Copy-Item (Join-Path $PSScriptRoot flowsecrets.yaml), (Join-Path $PSScriptRoot developer-keys.example.json) $folder
Set-Content (Join-Path $folder .gitignore) '.env', 'home/'
if (Get-Command git -ErrorAction Ignore) { git -C $folder init --quiet }
Set-Location $folder
$env:FLOWSECRETS_HOME = Join-Path $folder home
foreach ($name in 'ENVIRONMENT', 'CATALOG', 'PASSPHRASE', 'PASSPHRASE_FILE') {
    Remove-Item "env:FLOWSECRETS_$name" -ErrorAction Ignore
}
# The demonstration's own catalog, so that nobody is asked about the cloud project that it names.
$env:FLOWSECRETS_TRUSTED_CATALOG = Join-Path $folder flowsecrets.yaml
Import-Module $Module
Write-Host "A new folder with examples/flowmaestro: $folder"
$PSDefaultParameterValues['*-Flow*:Environment'] = $Environment
$to = $Environment -eq 'local' ? '' : " -Environment $Environment"

Show 'Test-FlowSecretCatalog'
Test-FlowSecretCatalog | Out-Host

Show "Get-FlowSecretStore$to"
Get-FlowSecretStore | Out-Host

Show "Initialize-FlowSecret$to -NonInteractive -InputPath ./developer-keys.example.json"
Initialize-FlowSecret -NonInteractive -InputPath ./developer-keys.example.json | Out-Host

Show "Sync-FlowLocalEnv$to"
Sync-FlowLocalEnv | Out-Host

Show 'Get-Content backend/.env    # values concealed here'
Get-Content backend/.env | ForEach-Object { $_ -replace '^(\w+)=.+', '$1=••••' }

Show "Get-FlowSecret$to"
Get-FlowSecret | Out-Host

Show "Sync-FlowLocalEnv$to -Check    # what CI runs"
$null = Sync-FlowLocalEnv -Check
Write-Host "backend/.env is up to date. The folder stays for a look around: $folder"
