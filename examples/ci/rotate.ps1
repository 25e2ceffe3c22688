#requires -Version 7.6
# Rotates what is due, in a scheduled job: writes a summary that holds no value, and ends with exit code 1 when something failed.
[CmdletBinding()]
param(
    # The catalog's environment.
    [Parameter(Mandatory)]
    [string] $Environment,

    # The catalog; without it the one that the module finds.
    [string] $CatalogPath,

    # Trust the catalog for this job: the scripts, servers and locations that it names. FLOWSECRETS_TRUSTED_CATALOG does the same.
    [switch] $TrustCatalog,

    # How long a workload may take to become healthy.
    [int] $TimeoutSec = 600
)

$ErrorActionPreference = 'Continue'   # one secret's failure must not keep the others from their turn, nor from the summary
Import-Module FlowSecrets -ErrorAction Stop

# For a cell of a Markdown table: one line, nothing that Markdown, HTML or a CI log would take for its own.
function ConvertTo-Cell([object] $Value) {
    $text = "$Value" -replace '\s+', ' ' -replace '&', '&amp;' -replace '<', '&lt;' -replace '>', '&gt;'
    $text -replace '([\\`*_{}\[\]()#!|~])', '\$1' -replace '@', '&#64;'
}

function ConvertTo-Time([object] $Value) {
    $Value ? ([datetime] $Value).ToUniversalTime().ToString('yyyy-MM-dd HH:mm', [cultureinfo]::InvariantCulture) + ' UTC' : ''
}

# "CredentialRejected,FlowSecrets.Commands.…" to "CredentialRejected".
function Get-ErrorId([object] $Failure) {
    $record = if ($Failure -is [System.Management.Automation.ErrorRecord]) { $Failure } else { $Failure.ErrorRecord }
    ($record.FullyQualifiedErrorId ?? 'Unknown').Split(',')[0]
}

$common = @{ Environment = $Environment; AllowPartial = $true; TrustCatalog = $TrustCatalog }
if ($CatalogPath) { $common.CatalogPath = $CatalogPath }

# Looked up once, so that what cannot be looked at is in the summary as well.
$lookErrors = $runErrors = $null
$due = @()
$results = @()
$thrown = @()
try {
    $due = @(Get-FlowSecretRotation @common -Due -ErrorVariable lookErrors)
    $pass = @{ AllowPartial = $true; TrustCatalog = $TrustCatalog; TimeoutSec = $TimeoutSec }
    if ($CatalogPath) { $pass.CatalogPath = $CatalogPath }

    # Each result is taken when it comes: what ends the pipeline later does not take it away.
    $due | Invoke-FlowSecretRotation @pass -Confirm:$false -ErrorVariable runErrors | ForEach-Object { $results += $_ }
    $results | Out-Host
}
catch {
    $thrown = @($_)
    Write-Error -ErrorRecord $_
}

$failed = @($results | Where-Object Status -EQ 'Failed')
$told = @($failed | ForEach-Object { $_.ErrorId })

# An item's failure is told by its result; what is left are the failures that have none.
$other = @(@($lookErrors) + @($runErrors) + $thrown | Where-Object { $_ } | ForEach-Object { Get-ErrorId $_ } |
        Where-Object { $_ -notin $told -and $_ -ne 'ItemsFailed' } | Select-Object -Unique)
$isGood = $failed.Count + $other.Count -eq 0

$lines = @(
    "## Rotation: $(ConvertTo-Cell $Environment)"
    ''
    if ($isGood -and -not $due) { 'Nothing was due.' } else {
        $verdict = $isGood ? 'All went well' : '**Something failed**'
        "${verdict}: $($due.Count) due, $($results.Count - $failed.Count) done, $($failed.Count) failed."
    }
    ''
)
if ($results) {
    $lines += '| secret | status | state | version | retires | error |', '| --- | --- | --- | --- | --- | --- |'
    $lines += foreach ($result in $results | Sort-Object Name) {
        $cells = @($result.Name, $result.Status, $result.State, $result.Version, (ConvertTo-Time $result.RetireAt), $result.ErrorId)
        '| ' + (@($cells | ForEach-Object { ConvertTo-Cell $_ }) -join ' | ') + ' |'
    }
    $lines += ''
}

if ($other) {
    $ids = @($other | ForEach-Object { ConvertTo-Cell $_ }) -join ', '
    $lines += "Failed before or beside the secrets above: $ids. The log has the messages.", ''
}

# The summary goes where the CI shows it; elsewhere to the log.
$summary = ($lines -join "`n") + "`n"
if ($env:GITHUB_STEP_SUMMARY) {
    [IO.File]::AppendAllText($env:GITHUB_STEP_SUMMARY, $summary)
}
elseif ($env:AGENT_TEMPDIRECTORY) {
    $file = Join-Path $env:AGENT_TEMPDIRECTORY "rotation-$([guid]::NewGuid().ToString('n')).md"
    [IO.File]::WriteAllText($file, $summary)
    [Console]::Out.WriteLine("##vso[task.uploadsummary]$file")
}
else {
    [Console]::Out.Write($summary)
}

exit ($isGood ? 0 : 1)
