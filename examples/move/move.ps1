<#
.SYNOPSIS
Moves the secrets of an application from one cloud to another: all versions, each one read back.
.DESCRIPTION
Run it as often as you like: what is copied already stays as it is. The source is deleted only with -RemoveSource, after a run that
finds nothing to copy. On Google a deletion cannot be undone.
.EXAMPLE
./move.ps1
.EXAMPLE
./move.ps1 -RemoveSource
#>
[CmdletBinding()]
param(
    [string] $From = 'gcp',
    [string] $To = 'aws',
    [switch] $RemoveSource
)
$ErrorActionPreference = 'Stop'
$copy = @{ From = $From; To = $To; AllVersions = $true; CatalogPath = "$PSScriptRoot/flowsecrets.yaml" }

$copied = Copy-FlowSecret @copy
$copied | Where-Object Status -ne Unchanged | Out-Host

# A second run compares every version again, and must find nothing to do.
$open = Copy-FlowSecret @copy | Where-Object Status -notin Unchanged, Missing
if ($open) { throw "Not copied: $($open.Name -join ', ')" }

if ($RemoveSource) { Copy-FlowSecret @copy -RemoveSource }
