#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Builds, tests, shows, packs and installs FlowSecrets.
.DESCRIPTION
    Build    leaves the importable module in out/FlowSecrets.
    Test     runs dotnet test, the one test command, and names the ten slowest test classes. -Fast leaves out what starts other programs:
             witnesses, crash tables and Pester.
    Demo     builds, then sets examples/flowmaestro up in a new temporary folder: with a local store of its own, or, with -Store Gcp or
             Aws, against a server on this machine that answers as that cloud does. The server is started and stopped here.
             -Rotation rotates a database's password instead (examples/rotation): with a PostgreSQL of its own, a client that logs in
             all the time, a kill half-way and a second run.
    Fakes    starts such servers for both clouds, says how to reach them, and runs until Ctrl+C: to try the module without an account.
    Pack     builds for every platform and makes the package out/FlowSecrets.VERSION.nupkg. -NoBuild packs what out/FlowSecrets has.
    Install  makes the package for this platform and installs it for the current user.
    Clean    removes what was built.
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Demo', 'Fakes', 'Pack', 'Install', 'Clean')]
    [string] $Task = 'Build',

    [ValidateSet('Release', 'Debug')]
    [string] $Configuration = 'Release',

    # Where the demonstration keeps its secrets.
    [ValidateSet('Local', 'Gcp', 'Aws')]
    [string] $Store = 'Local',

    # With Demo: rotate a database's password.
    [switch] $Rotation,

    # With Test: only what needs no other program.
    [switch] $Fast,

    # With Pack and Install: take out/FlowSecrets as it is.
    [switch] $NoBuild,

    # Platforms to compile ahead for; what cannot be had for one of them leaves plain IL, which runs everywhere.
    [string[]] $Runtime
)

$ErrorActionPreference = 'Stop'
if ($PSVersionTable.PSVersion -lt [version] '7.6') {
    Write-Host ("FlowSecrets needs PowerShell 7.6 or later, and this is $($PSVersionTable.PSVersion). " +
        "Run: dotnet tool restore; dotnet pwsh ./build.ps1 $Task")
    exit 1
}

$root = $PSScriptRoot
$out = Join-Path $root out
$module = Join-Path $out FlowSecrets
$platforms = 'linux-x64', 'linux-arm64', 'win-x64', 'win-arm64', 'osx-x64', 'osx-arm64'

function Invoke-DotNet {
    & dotnet @args | Tee-Object -Variable lines
    if (-not $LASTEXITCODE) { return }
    if ("$lines" -match 'NU1301') {
        throw ('The packages could not be restored: the package source does not answer. ' +
            "Check the network and 'dotnet nuget list source', then run: dotnet restore")
    }
    throw "dotnet $($args[0]) failed with exit code $LASTEXITCODE."
}

# Runs the PowerShell that runs this script. Installed as a .NET tool it is pwsh.dll, run by dotnet.
function Invoke-PowerShell {
    $program = [Environment]::ProcessPath
    $first = @(if ((Split-Path $program -LeafBase) -eq 'dotnet') { Join-Path $PSHOME pwsh.dll })
    & $program @first -NoProfile @args
}

# Copies what changed, so that a session that has the module loaded does not hold up the build.
function Copy-Changed([string] $Source, [string] $Folder) {
    $target = Join-Path $Folder (Split-Path $Source -Leaf)
    if ((Test-Path $target) -and (Get-FileHash $target).Hash -eq (Get-FileHash $Source).Hash) { return }
    $null = New-Item $Folder -ItemType Directory -Force
    Remove-Item $target -ErrorAction Ignore
    Copy-Item $Source $target
}

# The manifest, with the newest part of the changelog as its release notes.
function Copy-Manifest {
    $notes = ((Get-Content "$root/CHANGELOG.md" -Raw) -split '(?m)^(?=## )')[1].Trim().Replace("'", "''")
    $text = (Get-Content "$root/FlowSecrets.psd1" -Raw).Replace("ReleaseNotes = ''", "ReleaseNotes = '$notes'")
    $changed = Join-Path (New-Item "$out/stage" -ItemType Directory -Force) FlowSecrets.psd1
    Set-Content $changed $text -NoNewline
    Copy-Changed $changed $module
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
        if ($platform -in $platforms -or $platform -like 'linux-musl-*64') {
            Copy-Changed $native.FullName "$dependencies/runtimes/$platform/native"
        }
    }

    foreach ($runtime in $Runtimes) {
        Write-Host "Compiling ahead for $runtime …"
        $options = '-r', $runtime, '--self-contained', 'false', '-p:PublishReadyToRun=true', '-o', "$stage/$runtime"
        dotnet publish "$root/src/FlowSecrets.Providers" -c $Configuration @options --nologo -v quiet > "$stage/$runtime.log" 2>&1
        if ($LASTEXITCODE) {
            Write-Warning "No code compiled ahead for ${runtime}: plain IL is used there (see out/stage/$runtime.log)."
            continue
        }
        foreach ($file in $assemblies) { Copy-Changed "$stage/$runtime/$($file.Name)" "$dependencies/$runtime" }
    }

    Copy-Manifest
    foreach ($file in Get-ChildItem "$root/module" -File -Recurse) {
        Copy-Changed $file.FullName (Join-Path $module ([System.IO.Path]::GetRelativePath("$root/module", $file.DirectoryName)))
    }
    foreach ($file in 'LICENSE', 'README.md', 'CHANGELOG.md') { Copy-Changed "$root/$file" $module }
    $help = "$root/src/FlowSecrets/Help/New-ModuleHelp.ps1"
    Invoke-PowerShell -NonInteractive -File $help -Module $module -Documentation "$stage/cmdlets/FlowSecrets.xml"
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
    $arguments = @($program, 'both', '--parent', $PID, '--ready-file', $ready) + $More
    $start = [System.Diagnostics.ProcessStartInfo]::new('dotnet', [string[]] $arguments)
    $start.RedirectStandardOutput = $true
    $server = [System.Diagnostics.Process]::Start($start)
    try {
        $server.BeginOutputReadLine()
        for ($i = 0; $i -lt 300 -and -not $server.HasExited -and -not (Test-Path $ready); $i++) { Start-Sleep -Milliseconds 100 }
        if (-not (Test-Path $ready)) { throw 'The servers did not start within 30 seconds.' }
        $at = Get-Content $ready -Raw | ConvertFrom-Json
        $env:CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER = $at.gcp
        $env:AWS_ENDPOINT_URL = $at.aws
        $env:AWS_ACCESS_KEY_ID = $env:AWS_SECRET_ACCESS_KEY = 'demo'
        Remove-Item env:AWS_SESSION_TOKEN, env:AWS_PROFILE, env:AWS_ENDPOINT_URL_SECRETS_MANAGER -ErrorAction Ignore
        & $Script
    }
    finally {
        $server.Kill()
        Remove-Item $ready -ErrorAction Ignore
    }
}

function Build-Package {
    $package = Join-Path $out "FlowSecrets.$((Import-PowerShellDataFile "$root/FlowSecrets.psd1").ModuleVersion).nupkg"
    Remove-Item $package -ErrorAction Ignore
    Compress-PSResource $module $out
    Write-Host "Package: $package"
}

# Installs the package from a repository that is registered for this one call.
function Install-Package {
    $name = "FlowSecrets-$([guid]::NewGuid().ToString('N').Substring(0, 8))"
    Register-PSResourceRepository $name -Uri $out -Trusted
    try { Install-PSResource FlowSecrets -Repository $name -Scope CurrentUser -Reinstall -Quiet }
    finally { Unregister-PSResourceRepository $name }
    Get-InstalledPSResource FlowSecrets | Select-Object -First 1 |
        ForEach-Object { Write-Host "Installed: FlowSecrets $($_.Version) in $($_.InstalledLocation)" }
}

function Invoke-Test {
    $results = Join-Path $out tests.trx
    Remove-Item $results -ErrorAction Ignore
    $filter = @(if ($Fast) { '--filter', 'Tier!=Witness&Tier!=Crash&Tier!=Pester' })
    $loggers = '--logger', "trx;LogFileName=$results", '--logger', 'console'
    try { Invoke-DotNet test "$root/FlowSecrets.sln" -c $Configuration --nologo @loggers @filter }
    finally { if (Test-Path $results) { & "$root/tests/Show-SlowestTest.ps1" $results } }
}

$own = [System.Runtime.InteropServices.RuntimeInformation]::RuntimeIdentifier
if (-not $Runtime) { $Runtime = if ($Task -eq 'Pack') { $platforms } else { $own } }
switch ($Task) {
    Clean { Remove-Item $out -Recurse -Force -ErrorAction Ignore }
    Build { Build-Module $Runtime }
    Test { Invoke-Test }
    Demo {
        Build-Module $Runtime
        $environment = @{ Local = 'local'; Gcp = 'production'; Aws = 'dr' }[$Store]
        if ($Rotation) {
            # Slow enough for the kill to come between two calls.
            if ($Store -eq 'Local') { $environment = 'dr' }
            $demo = { Invoke-PowerShell -File "$root/examples/rotation/demo.ps1" -Module $module -Environment $environment }
            Use-Fakes $demo '--latency', '300'
        }
        else {
            $demo = { Invoke-PowerShell -File "$root/examples/flowmaestro/demo.ps1" -Module $module -Environment $environment }
            if ($Store -eq 'Local') { & $demo } else { Use-Fakes $demo }
        }
        if ($LASTEXITCODE) { throw 'The demonstration failed.' }
    }
    Fakes { & dotnet (Build-Fakes | Select-Object -Last 1) both }
    Pack {
        if (-not $NoBuild) { Build-Module $Runtime }
        Build-Package
    }
    Install {
        if (-not $NoBuild) { Build-Module $Runtime }
        Build-Package
        Install-Package
    }
}
