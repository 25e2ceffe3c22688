#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Builds, tests, shows and packs FlowSecrets.
.DESCRIPTION
    Build   leaves the importable module in out/FlowSecrets.
    Test    runs dotnet test, the one test command.
    Demo    builds, then sets examples/flowmaestro up in a new temporary folder: with a local store of its own, or, with -Store Gcp or
            Aws, against a server on this machine that answers as that cloud does; it is started and stopped here.
            -Rotation rotates a database's password instead (examples/rotation): with a PostgreSQL of its own, a client that logs in
            all the while, a kill half-way and a second run.
    Fakes   starts such servers for both clouds, says how to reach them, and runs until Ctrl+C: to try the module without an account.
    Pack    builds for every platform and makes out/FlowSecrets.VERSION.zip.
    Clean   removes what was built.
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Demo', 'Fakes', 'Pack', 'Clean')]
    [string[]] $Task = 'Build',

    [ValidateSet('Release', 'Debug')]
    [string] $Configuration = 'Release',

    # Where the demonstration keeps its secrets.
    [ValidateSet('Local', 'Gcp', 'Aws')]
    [string] $Store = 'Local',

    # With Demo: rotate a database's password.
    [switch] $Rotation,

    # Platforms to compile ahead for; what cannot be had for one of them leaves plain IL, which runs everywhere.
    [string[]] $Runtime
)

$ErrorActionPreference = 'Stop'
$root = $PSScriptRoot
$out = Join-Path $root out
$module = Join-Path $out FlowSecrets
$platforms = 'linux-x64', 'linux-arm64', 'win-x64', 'win-arm64', 'osx-x64', 'osx-arm64'

function Invoke-DotNet {
    & dotnet @args
    if ($LASTEXITCODE) { throw "dotnet $($args[0]) failed with exit code $LASTEXITCODE." }
}

# Copies what changed, so that a session that has the module loaded does not hold up the build.
function Copy-Changed([string] $Source, [string] $Folder) {
    $target = Join-Path $Folder (Split-Path $Source -Leaf)
    if ((Test-Path $target) -and (Get-FileHash $target).Hash -eq (Get-FileHash $Source).Hash) { return }
    $null = New-Item $Folder -ItemType Directory -Force
    Remove-Item $target -ErrorAction Ignore
    Copy-Item $Source $target
}

function Build-Module([string[]] $Runtimes) {
    $stage = Join-Path $out stage
    Write-Host 'Building the cmdlets and what they need …'
    Invoke-DotNet publish "$root/src/FlowSecrets" -c $Configuration -o "$stage/cmdlets" --nologo -v quiet
    Invoke-DotNet publish "$root/src/FlowSecrets.Providers" -c $Configuration -o "$stage/il" --nologo -v quiet

    foreach ($file in 'FlowSecrets.dll', 'FlowSecrets.Core.dll') { Copy-Changed "$stage/cmdlets/$file" $module }
    $dependencies = Join-Path $module dependencies
    $assemblies = Get-ChildItem "$stage/il" -Filter *.dll | Where-Object Name -ne FlowSecrets.Core.dll
    foreach ($file in $assemblies) { Copy-Changed $file.FullName $dependencies }
    foreach ($native in Get-ChildItem "$stage/il/runtimes" -Recurse -File -Filter *e_sqlite3*) {
        $platform = $native.Directory.Parent.Name
        if ($platform -in $platforms -or $platform -like 'linux-musl-*64') { Copy-Changed $native.FullName "$dependencies/runtimes/$platform/native" }
    }

    foreach ($runtime in $Runtimes) {
        Write-Host "Compiling ahead for $runtime …"
        dotnet publish "$root/src/FlowSecrets.Providers" -c $Configuration -r $runtime --self-contained false -p:PublishReadyToRun=true -o "$stage/$runtime" --nologo -v quiet > "$stage/$runtime.log" 2>&1
        if ($LASTEXITCODE) {
            Write-Warning "No code compiled ahead for ${runtime}: plain IL is used there (see out/stage/$runtime.log)."
            continue
        }
        foreach ($file in $assemblies) { Copy-Changed "$stage/$runtime/$($file.Name)" "$dependencies/$runtime" }
    }

    Copy-Changed "$root/FlowSecrets.psd1" $module
    foreach ($file in Get-ChildItem "$root/module" -File) { Copy-Changed $file.FullName $module }
    foreach ($file in 'LICENSE', 'README.md', 'CHANGELOG.md') { Copy-Changed "$root/$file" $module }
    & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -File "$root/src/FlowSecrets/Help/New-ModuleHelp.ps1" -Module $module -Documentation "$stage/cmdlets/FlowSecrets.xml"
    if ($LASTEXITCODE) { throw 'The help could not be made.' }
    Write-Host "Module: $module"
}

function Build-Fakes {
    Invoke-DotNet build "$root/tests/FlowSecrets.CloudFakes" -c $Configuration --nologo -v quiet
    "$root/tests/FlowSecrets.CloudFakes/bin/$Configuration/net10.0/FlowSecrets.CloudFakes.dll"
}

# Runs a script with servers for both clouds on this machine, and with the variables that lead to them; stops them after it.
function Use-Fakes([scriptblock] $Script, [string[]] $More = @()) {
    $program = Build-Fakes | Select-Object -Last 1
    $ready = Join-Path ([System.IO.Path]::GetTempPath()) "flowsecrets-fakes-$([guid]::NewGuid().ToString('N')).json"
    $server = Start-Process dotnet (@($program, 'both', '--parent', $PID, '--ready-file', $ready) + $More) -PassThru -RedirectStandardOutput "$ready.log"
    try {
        for ($i = 0; $i -lt 300 -and -not (Test-Path $ready); $i++) { Start-Sleep -Milliseconds 100 }
        $at = Get-Content $ready -Raw | ConvertFrom-Json
        $env:CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER = $at.gcp
        $env:AWS_ENDPOINT_URL = $at.aws
        $env:AWS_ACCESS_KEY_ID = $env:AWS_SECRET_ACCESS_KEY = 'demo'
        Remove-Item env:AWS_SESSION_TOKEN, env:AWS_PROFILE, env:AWS_ENDPOINT_URL_SECRETS_MANAGER -ErrorAction Ignore
        & $Script
    }
    finally {
        Stop-Process -Id $server.Id -ErrorAction Ignore
        Remove-Item $ready, "$ready.log" -ErrorAction Ignore
    }
}

switch ($Task) {
    Clean { Remove-Item $out -Recurse -Force -ErrorAction Ignore }
    Build { Build-Module ($Runtime ?? [System.Runtime.InteropServices.RuntimeInformation]::RuntimeIdentifier) }
    Test { Invoke-DotNet test "$root/FlowSecrets.sln" -c $Configuration --nologo }
    Demo {
        Build-Module ([System.Runtime.InteropServices.RuntimeInformation]::RuntimeIdentifier)
        $environment = @{ Local = 'local'; Gcp = 'production'; Aws = 'dr' }[$Store]
        if ($Rotation) {
            # Slow enough for the kill to come between two calls.
            $environment = $Store -eq 'Gcp' ? 'production' : 'dr'
            Use-Fakes { & (Get-Process -Id $PID).Path -NoProfile -File "$root/examples/rotation/demo.ps1" -Module $module -Environment $environment } '--latency', '300'
            if ($LASTEXITCODE) { throw 'The demonstration failed.' }
            return
        }

        $demo = { & (Get-Process -Id $PID).Path -NoProfile -File "$root/examples/flowmaestro/demo.ps1" -Module $module -Environment $environment }
        if ($Store -eq 'Local') { & $demo } else { Use-Fakes $demo }
        if ($LASTEXITCODE) { throw 'The demonstration failed.' }
    }
    Fakes { & dotnet (Build-Fakes | Select-Object -Last 1) both }
    Pack {
        Build-Module $platforms
        $version = (Import-PowerShellDataFile "$root/FlowSecrets.psd1").ModuleVersion
        $package = Join-Path $out "FlowSecrets.$version.zip"
        Compress-Archive $module $package -Force
        Write-Host "Package: $package"
    }
}
