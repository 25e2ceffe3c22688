<#
.SYNOPSIS
    A database's password is rotated while a client logs in all the time; the rotation is killed half-way and run again.
.DESCRIPTION
    It needs PostgreSQL (initdb, postgres and psql). The server and the cloud are on this machine; build.ps1 Demo -Rotation starts the cloud.
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
    $found = @(Get-Item "/usr/lib/postgresql/*/bin/$Name" -ErrorAction Ignore | Sort-Object FullName -Descending | ForEach-Object FullName) + @(Get-Command $Name -CommandType Application -ErrorAction Ignore | ForEach-Object Source)
    if (-not $found) { throw "PostgreSQL's $Name is not on this machine: apt-get install postgresql" }
    $found[0]
}

# PostgreSQL refuses to run as root.
function Invoke-Ordinary([string[]] $Command) {
    if ([Environment]::UserName -eq 'root') { $Command = @('setpriv', '--reuid=nobody', '--clear-groups') + $Command }
    & $Command[0] @($Command | Select-Object -Skip 1)
}

$pwsh = (Get-Process -Id $PID).Path
$initdb, $postgres, $null = 'initdb', 'postgres', 'psql' | ForEach-Object { Find-Program $_ }
$folder = (New-Item (Join-Path ([System.IO.Path]::GetTempPath()) "flowsecrets-rotation-$([guid]::NewGuid().ToString('N').Substring(0, 8))") -ItemType Directory).FullName
$serverHome = (New-Item (Join-Path $folder postgres) -ItemType Directory).FullName
$data = Join-Path $serverHome data
$adminPassword = [guid]::NewGuid().ToString('N')
Set-Content (Join-Path $serverHome pw) $adminPassword -NoNewline
if ([Environment]::UserName -eq 'root') { & chown -R nobody $serverHome }
$port = & { $l = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0); $l.Start(); $l.LocalEndpoint.Port; $l.Stop() }
$log, $stop, $serverLog = 'client.log', 'stop', 'server.log' | ForEach-Object { Join-Path $folder $_ }
$client = $null
try {
    Say "PostgreSQL on 127.0.0.1:$port, in $folder"
    $null = Invoke-Ordinary $initdb, -D, $data, -U, postgres, --pwfile, (Join-Path $serverHome pw), -A, scram-sha-256, --no-sync
    Remove-Item (Join-Path $serverHome pw) -Force
    $arguments = @('-D', $data, '-p', $port, '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'log_statement=all', '-c', 'fsync=off')
    $program, $arguments = if ([Environment]::UserName -eq 'root') { 'setpriv', (@('--reuid=nobody', '--clear-groups', $postgres) + $arguments) } else { $postgres, $arguments }
    $null = Start-Process $program $arguments -RedirectStandardError $serverLog -PassThru
    $env:PGPASSWORD = $adminPassword
    $psql = @('-XqtA', '-h', '127.0.0.1', '-p', $port, '-U', 'postgres', '-d', 'postgres')
    for ($i = 0; $i -lt 100; $i++) { & psql @psql -c 'select 1' *> $null; if (-not $LASTEXITCODE) { break }; Start-Sleep -Milliseconds 100 }
    # The first password is as harmless as the demonstration; the rotation replaces it by one that nobody sees.
    & psql @psql -c "create role shop_a login password 'first-password'" -c 'create role shop_b login'
    Remove-Item env:PGPASSWORD

    Copy-Item (Join-Path $PSScriptRoot flowsecrets.yaml) $folder
    Set-Location $folder
    $env:FLOWSECRETS_HOME = Join-Path $folder home
    foreach ($name in 'FLOWSECRETS_ENVIRONMENT', 'FLOWSECRETS_CATALOG') { Remove-Item "env:$name" -ErrorAction Ignore }
    Import-Module $Module
    $PSDefaultParameterValues['*-Flow*:Environment'] = $Environment
    @{ host = '127.0.0.1'; port = "$port"; database = 'postgres'; user = 'shop_a'; password = 'first-password' } | ConvertTo-Json -Compress | Set-Content first.json -NoNewline
    @{ user = 'shop_a'; password = 'first-password' } | ConvertTo-Json -Compress | Set-Content report.json -NoNewline
    @{ user = 'postgres'; password = $adminPassword } | ConvertTo-Json -Compress | Set-Content admin.json -NoNewline
    $null = New-FlowSecret db-config -Path first.json; $null = New-FlowSecret report-config -Path report.json; $null = New-FlowSecret db-admin -Path admin.json
    Remove-Item first.json, report.json, admin.json -Force

    Show "Test-FlowSecretRotation db-config -Environment $Environment"
    Test-FlowSecretRotation db-config | Out-Host

    Say 'A client begins to read the secret and to log in, all the time.'
    $client = Start-Process $pwsh '-NoProfile', '-File', (Join-Path $PSScriptRoot client.ps1), '-Module', $Module, '-Environment', $Environment, '-Log', $log, '-Stop', $stop -PassThru
    while (-not (Test-Path $log)) { Start-Sleep -Milliseconds 100 }

    Show "Invoke-FlowSecretRotation db-config -Environment $Environment     # in a process of its own"
    $rotation = Start-Process $pwsh '-NoProfile', '-Command', "Import-Module '$Module'; Invoke-FlowSecretRotation db-config -Environment $Environment" -PassThru -RedirectStandardOutput (Join-Path $folder rotation.out)
    # The worst moment: the database has the new password, and the store does not yet say so.
    while (-not (Select-String -Path $serverLog -Pattern 'ALTER ROLE' -Quiet) -and -not $rotation.HasExited) { Start-Sleep -Milliseconds 5 }
    Stop-Process -Id $rotation.Id -Force
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
    Write-Host "`nThe client logged in $($logins.Count) times, first as $(($logins[0] -split ' ')[2]), at last as $(($logins[-1] -split ' ')[2]); refused: $($refused.Count)."
    Write-Host "The reports' secret carries the same credential: $($report.password -ceq $now.password -and $report.user -ceq $now.user). The new password stands in the server's log: $kept."
    if ($refused.Count -or $kept -or $now.user -ne 'shop_b' -or $report.password -cne $now.password) { throw 'Something was lost.' }
    Write-Host 'Nothing was lost.' -ForegroundColor Green
}
finally {
    $null = New-Item $stop -ErrorAction Ignore
    if ($client -and -not $client.HasExited) { Stop-Process -Id $client.Id -ErrorAction Ignore }
    $pidFile = Join-Path $data postmaster.pid
    if (Test-Path $pidFile) {
        # An interrupt lets the server end its sessions and its processes itself.
        $server = Get-Content $pidFile -TotalCount 1
        & kill -INT $server
        for ($i = 0; $i -lt 100 -and (Test-Path $pidFile); $i++) { Start-Sleep -Milliseconds 100 }
    }

    Set-Location $PSScriptRoot
    Remove-Item $folder -Recurse -Force -ErrorAction Ignore
}
