BeforeDiscovery {
    $postgres = [bool] (@(Get-Command initdb -ErrorAction Ignore) + @(Get-Item '/usr/lib/postgresql/*/bin/initdb' -ErrorAction Ignore))
}
BeforeAll {
    Import-Module $PSScriptRoot/Support.psm1 -Force
    $examples = (Resolve-Path (Join-Path $PSScriptRoot .. .. examples)).Path
    $sandbox = New-Sandbox
    $fake = Start-Fake '--latency', '100'
    $temporary = $env:TMPDIR
    # The database server runs as another user where the tests run as root.
    if (-not $IsWindows) { chmod 755 $sandbox.Path; $env:TMPDIR = $sandbox.Path }

    function Start-Demo([string[]] $Argument) {
        $arguments = '-NoProfile', '-File' + $Argument + '-Module', (Get-ModulePath)
        $start = [System.Diagnostics.ProcessStartInfo]::new((Get-PwshPath), [string[]] $arguments)
        $start.RedirectStandardOutput = $true
        [System.Diagnostics.Process]::Start($start)
    }
    function Get-Remains { @(Get-ChildItem $sandbox.Path -Filter flowsecrets-rotation-* -Force) }
    function Wait-Until([scriptblock] $Condition) {
        for ($i = 0; $i -lt 600; $i++) {
            if (& $Condition) { return $true }
            Start-Sleep -Milliseconds 100
        }
        $false
    }
}
AfterAll {
    $env:TMPDIR = $temporary
    Stop-Fake $fake
    Remove-Sandbox $sandbox
}

Describe 'A demonstration' {
    It 'ends well with <environment>' -ForEach @{ environment = 'local' }, @{ environment = 'production' }, @{ environment = 'dr' } {
        $demo = Start-Demo (Join-Path $examples flowmaestro demo.ps1), '-Environment', $environment
        $text = $demo.StandardOutput.ReadToEnd()
        $demo.WaitForExit()
        $demo.ExitCode | Should -Be 0 -Because $text
        $text | Should -Match 'backend/.env is up to date\.'
    }
    It 'of a rotation ends well, and leaves nothing behind' -Skip:($IsWindows -or -not $postgres) {
        $demo = Start-Demo (Join-Path $examples rotation demo.ps1)
        $text = $demo.StandardOutput.ReadToEnd()
        $demo.WaitForExit()
        $demo.ExitCode | Should -Be 0 -Because $text
        $text | Should -Match 'Nothing was lost\.'
        Get-Remains | Should -BeNullOrEmpty
    }
    It 'of a rotation leaves nothing behind when it is killed' -Skip:($IsWindows -or -not $postgres) {
        # The other cloud: the demonstration before has left its secrets in this one.
        $demo = Start-Demo (Join-Path $examples rotation demo.ps1), '-Environment', 'production'
        # initdb runs a server for a moment too: the client comes when the real one is there.
        $log = Join-Path $sandbox.Path flowsecrets-rotation-* client.log
        $null = Wait-Until { $demo.HasExited -or (Test-Path $log) }
        $said = $demo.HasExited ? $demo.StandardOutput.ReadToEnd() : ''
        $log | Should -Exist -Because $said
        $id = Get-Content (Join-Path $sandbox.Path flowsecrets-rotation-* postgres data postmaster.pid) -TotalCount 1
        $demo.Kill()
        Wait-Until { -not (Get-Remains) } | Should -BeTrue
        Get-Process -Id $id -ErrorAction Ignore | Should -BeNullOrEmpty
    }
}
