BeforeAll {
    Import-Module $PSScriptRoot/Support.psm1 -Force
    $root = (Resolve-Path (Join-Path $PSScriptRoot .. ..)).Path
    $sandbox = New-Sandbox
    $repository = "flowsecrets-test-$(New-Guid)"
    $folder = (New-Item (Join-Path $sandbox.Path packages) -ItemType Directory).FullName
    Compress-PSResource (Get-ModulePath) $folder
    $package = Get-ChildItem $folder -Filter *.nupkg
    $manifest = Import-PowerShellDataFile (Join-Path $root FlowSecrets.psd1)

    # A user with an empty home: nothing is installed for whoever runs the tests, and no repository is registered for them.
    function Invoke-User([string] $Script) {
        $userHome = (New-Item (Join-Path $sandbox.Path user) -ItemType Directory -Force).FullName
        $before = @{}
        foreach ($name in 'HOME', 'USERPROFILE', 'LOCALAPPDATA', 'XDG_DATA_HOME', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME', 'PSModulePath') {
            $before[$name] = [Environment]::GetEnvironmentVariable($name)
            [Environment]::SetEnvironmentVariable($name, $null)
        }
        $env:HOME = $env:USERPROFILE = $userHome
        $env:LOCALAPPDATA = Join-Path $userHome local
        try {
            $output = & (Get-PwshPath) -NoProfile -NonInteractive -Command "`$ErrorActionPreference = 'Stop'; $Script" 2>&1 | Out-String
            [pscustomobject] @{ ExitCode = $LASTEXITCODE; Output = $output.Trim() }
        }
        finally { foreach ($name in $before.Keys) { [Environment]::SetEnvironmentVariable($name, $before[$name]) } }
    }
    $register = "Register-PSResourceRepository '$repository' -Uri '$folder' -Trusted -Force"
}
AfterAll { Remove-Sandbox $sandbox }

Describe 'The package' {
    It 'has the manifest''s name and version' { $package.Name | Should -Be "FlowSecrets.$($manifest.ModuleVersion).nupkg" }
    It 'installs into an empty module path, does the README''s main job in a new process, and goes away' {
        $install = "Install-PSResource FlowSecrets -Repository '$repository' -Scope CurrentUser -Quiet"
        $installed = Invoke-User "$register; $install; (Get-InstalledPSResource FlowSecrets).InstalledLocation"
        $installed.Output | Should -BeLike "$($sandbox.Path)*"
        $installed.ExitCode | Should -Be 0

        $job = Invoke-User @'
Import-Module FlowSecrets
(Get-Module FlowSecrets).ModuleBase
Initialize-FlowSecret jwt-secret, db-config, llm-openai -NonInteractive 6> $null 3> $null | ForEach-Object Status
Sync-FlowLocalEnv -AllowPartial 6> $null 3> $null | Where-Object Name -eq JWT_SECRET | ForEach-Object Status
(Get-FlowSecretValue jwt-secret).Value.GetType().Name
(Get-Help Sync-FlowLocalEnv).Synopsis
'@
        $job.ExitCode | Should -Be 0 -Because $job.Output
        $lines = $job.Output -split '\r?\n'
        $lines[0] | Should -BeLike "$($sandbox.Path)*FlowSecrets*$($manifest.ModuleVersion)"
        $lines | Should -Contain 'Created'
        $lines | Should -Contain 'SecureString'
        $lines[-1] | Should -Match '^[A-Z].+\.$'
        Join-Path $sandbox.Repository backend .env | Should -Exist
        Get-Content (Join-Path $sandbox.Repository backend .env) | Should -Contain 'JWT_SECRET=dev-jwt'

        $gone = Invoke-User "Uninstall-PSResource FlowSecrets; Import-Module FlowSecrets"
        $gone.ExitCode | Should -Be 1
        $gone.Output | Should -Match 'FlowSecrets'
    }
}

Describe 'The manifest' {
    BeforeAll { $built = Join-Path (Get-ModulePath) FlowSecrets.psd1 }
    It 'passes PowerShell''s own test without a warning' {
        $null = Test-ModuleManifest $built -WarningVariable warned -ErrorAction Stop 3> $null
        $warned | Should -BeNullOrEmpty
    }
    It 'has the newest part of the changelog as release notes, and an address' {
        $data = (Import-PowerShellDataFile $built).PrivateData.PSData
        $first = (Get-Content (Join-Path $root CHANGELOG.md) | Where-Object { $_ -like '## *' })[0]
        $data.ReleaseNotes | Should -BeLike "$first*"
        $data.ProjectUri | Should -Match '^https://'
    }
    It 'has tags that stay under the 4,000 characters of the Gallery, which adds two per cmdlet' {
        $added = $manifest.CmdletsToExport | ForEach-Object { "PSCmdlet_$_"; "PSCommand_$_" }
        $tags = @($manifest.PrivateData.PSData.Tags) + 'PSModule' + $added
        ($tags -join ' ').Length | Should -BeLessThan 4000
    }
}
