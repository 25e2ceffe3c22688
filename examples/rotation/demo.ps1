<#
.SYNOPSIS
    A database's password is rotated while a client logs in all the time; the rotation is killed half-way and run again.
.DESCRIPTION
    It needs PostgreSQL (initdb, postgres and psql). The server and the cloud are on this machine; build.ps1 Demo -Rotation starts the
    cloud.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Module,
    [ValidateSet('production', 'dr')] [string] $Environment = 'dr'
)

$ErrorActionPreference = 'Stop'
function Show([string] $Command) { Write-Host "`nPS> $Command" -ForegroundColor Cyan }
function Say([string] $Text) { Write-Host $Text -ForegroundColor DarkGray }
function Find-Program([string] $Name) {
    $found = @(
        Get-Item "/usr/lib/postgresql/*/bin/$Name" -ErrorAction Ignore | Sort-Object FullName -Descending | ForEach-Object FullName
        Get-Command $Name -CommandType Application -ErrorAction Ignore | ForEach-Object Source
    )
    if (-not $found) { throw "PostgreSQL's $Name is not on this machine: apt-get install postgresql" }
    $found[0]
}

# PostgreSQL refuses to run as root.
function Invoke-Ordinary([string[]] $Command) {
    if ([Environment]::UserName -eq 'root') { $Command = @('setpriv', '--reuid=nobody', '--clear-groups') + $Command }
    & $Command[0] @($Command | Select-Object -Skip 1)
}

# A process of the PowerShell that runs this script. Installed as a .NET tool, PowerShell is pwsh.dll, run by dotnet.
function Start-PowerShell([string[]] $Argument) {
    $program = [Environment]::ProcessPath
    $first = @(if ((Split-Path $program -LeafBase) -eq 'dotnet') { Join-Path $PSHOME pwsh.dll })
    $start = [System.Diagnostics.ProcessStartInfo]::new($program, [string[]] ($first + '-NoProfile' + $Argument))
    $start.WorkingDirectory = $PWD.Path
    $start.RedirectStandardOutput = $true
    $process = [System.Diagnostics.Process]::Start($start)
    $process.BeginOutputReadLine()
    $process
}

function Add-Secret([string] $Name, [hashtable] $Members) {
    $Members | ConvertTo-Json -Compress | Set-Content secret.json -NoNewline
    $null = New-FlowSecret $Name -Path secret.json
    Remove-Item secret.json -Force
}

$initdb, $control, $null = 'initdb', 'pg_ctl', 'psql' | ForEach-Object { Find-Program $_ }
$name = "flowsecrets-rotation-$([guid]::NewGuid().ToString('N').Substring(0, 8))"
$folder = (New-Item (Join-Path ([System.IO.Path]::GetTempPath()) $name) -ItemType Directory).FullName
$stopper = Join-Path $PSScriptRoot stop.sh
$null = [System.Diagnostics.Process]::Start('sh', [string[]] ($stopper, $folder, $PID))
$serverHome = (New-Item (Join-Path $folder postgres) -ItemType Directory).FullName
$data, $serverLog = 'data', 'server.log' | ForEach-Object { Join-Path $serverHome $_ }
$adminPassword = [guid]::NewGuid().ToString('N')
Set-Content (Join-Path $serverHome pw) $adminPassword -NoNewline
if ([Environment]::UserName -eq 'root') { & chown -R nobody $serverHome }
$port = & { $l = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0); $l.Start(); $l.LocalEndpoint.Port; $l.Stop() }
$log, $stop = 'client.log', 'stop' | ForEach-Object { Join-Path $folder $_ }
$client = $rotation = $null
try {
    Say "PostgreSQL on 127.0.0.1:$port, in $folder"
    $null = Invoke-Ordinary $initdb, -D, $data, -U, postgres, --pwfile, (Join-Path $serverHome pw), -A, scram-sha-256, --no-sync
    if ($LASTEXITCODE) { throw "PostgreSQL's initdb failed with exit code $LASTEXITCODE." }
    Remove-Item (Join-Path $serverHome pw) -Force
    $options = "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c log_statement=all -c fsync=off"
    $null = Invoke-Ordinary $control, -D, $data, -l, $serverLog, -o, $options, -s, start
    if ($LASTEXITCODE) { throw "PostgreSQL did not start: $(Get-Content $serverLog -Raw -ErrorAction Ignore)" }
    $env:PGPASSWORD = $adminPassword
    $psql = @('-XqtA', '-h', '127.0.0.1', '-p', $port, '-U', 'postgres', '-d', 'postgres')
    # The first password is as harmless as the demonstration; the rotation replaces it by one that nobody sees.
    & psql @psql -c "create role shop_a login password 'first-password'" -c 'create role shop_b login'
    Remove-Item env:PGPASSWORD

    Copy-Item (Join-Path $PSScriptRoot flowsecrets.yaml) $folder
    Set-Location $folder
    $env:FLOWSECRETS_HOME = Join-Path $folder home
    foreach ($name in 'FLOWSECRETS_ENVIRONMENT', 'FLOWSECRETS_CATALOG') { Remove-Item "env:$name" -ErrorAction Ignore }
    # The demonstration's own catalog, so that nobody is asked about the server that it logs in to.
    $env:FLOWSECRETS_TRUSTED_CATALOG = Join-Path $folder flowsecrets.yaml
    Import-Module $Module
    $PSDefaultParameterValues['*-Flow*:Environment'] = $Environment
    Add-Secret db-config @{ host = '127.0.0.1'; port = "$port"; database = 'postgres'; user = 'shop_a'; password = 'first-password' }
    Add-Secret report-config @{ user = 'shop_a'; password = 'first-password' }
    Add-Secret db-admin @{ host = '127.0.0.1'; port = "$port"; user = 'postgres'; password = $adminPassword }

    Show "Test-FlowSecretRotation db-config -Environment $Environment"
    Test-FlowSecretRotation db-config | Out-Host

    Say 'A client begins to read the secret and to log in, all the time.'
    $client = Start-PowerShell @(
        '-File', (Join-Path $PSScriptRoot client.ps1)
        '-Module', $Module, '-Environment', $Environment
        '-Log', $log, '-Stop', $stop, '-Parent', $PID
    )
    while (-not (Test-Path $log)) {
        if ($client.HasExited) { throw "The client ended with exit code $($client.ExitCode)." }
        Start-Sleep -Milliseconds 100
    }

    Show "Invoke-FlowSecretRotation db-config -Environment $Environment     # in a process of its own"
    $rotation = Start-PowerShell '-Command', "Import-Module '$Module'; Invoke-FlowSecretRotation db-config -Environment $Environment"
    # The worst moment: the database has the new password, and the store does not yet say so.
    while (-not (Select-String -Path $serverLog -Pattern 'ALTER ROLE' -Quiet) -and -not $rotation.HasExited) { Start-Sleep -Milliseconds 5 }
    $rotation.Kill()
    $rotation.WaitForExit()
    Write-Host "Killed half-way, just after the database took the new password (exit code $($rotation.ExitCode))." -ForegroundColor Yellow

    Show "Get-FlowSecretRotation db-config -Environment $Environment"
    Get-FlowSecretRotation db-config | Out-Host

    Show "Invoke-FlowSecretRotation db-config -Environment $Environment     # the same command again"
    Invoke-FlowSecretRotation db-config | Out-Host
    Start-Sleep -Seconds 2
    $null = New-Item $stop
    $client.WaitForExit()

    Show "Get-FlowSecretVersion db-config, report-config -Environment $Environment"
    Get-FlowSecretVersion db-config, report-config | Out-Host

    $logins = Get-Content $log
    $refused = @($logins | Select-String REFUSED)
    $now = (Get-FlowSecretValue db-config -AsPlainText) | ConvertFrom-Json
    $report = (Get-FlowSecretValue report-config -AsPlainText) | ConvertFrom-Json
    $kept = [bool](Select-String -Path $serverLog -SimpleMatch $now.password -Quiet)
    $first, $last = $logins[0, -1] | ForEach-Object { ($_ -split ' ')[2] }
    Write-Host "`nThe client logged in $($logins.Count) times, first as $first, at last as $last; refused: $($refused.Count)."
    $same = $report.password -ceq $now.password -and $report.user -ceq $now.user
    Write-Host "The reports' secret carries the same credential: $same. The new password stands in the server's log: $kept."
    if ($refused.Count -or $kept -or $now.user -ne 'shop_b' -or $report.password -cne $now.password) { throw 'Something was lost.' }
    Write-Host 'Nothing was lost.' -ForegroundColor Green
}
finally {
    $null = New-Item $stop -ErrorAction Ignore
    foreach ($process in @($client, $rotation) -ne $null) { $process.Kill() }
    Set-Location $PSScriptRoot
    & sh $stopper $folder
}
