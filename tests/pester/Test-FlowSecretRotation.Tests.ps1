BeforeAll { Import-Module $PSScriptRoot/Support.psm1 -Force }

Describe 'Test-FlowSecretRotation' {
    BeforeEach { $sandbox = New-RotationScene }
    AfterEach { Remove-Sandbox $sandbox }

    It 'says of each thing whether a rotation goes on past it' {
        $checks = Test-FlowSecretRotation jwt-secret
        $checks.Count | Should -BeGreaterThan 3
        $checks.Passed | Select-Object -Unique | Should -BeExactly $true
        $checks.Name | Select-Object -Unique | Should -BeExactly jwt-secret
        $checks.Check | Should -Contain 'state'
        $checks.Check | Should -Contain 'read shop-jwt-secret'
        $checks.Check | Should -Contain 'quota'
        $checks.Check | Should -Contain 'new value'
        $checks.Environment | Select-Object -Unique | Should -BeExactly local
    }
    It 'looks at the carriers'' permissions too' { (Test-FlowSecretRotation db-config).Check | Should -Contain 'write shop-db-password' }
    It 'answers -Quiet by a boolean and nothing else' {
        Test-FlowSecretRotation jwt-secret -Quiet | Should -BeExactly $true
        Test-FlowSecretRotation plain -Quiet | Should -BeExactly $false
        Test-FlowSecretRotation jwt-secret, plain -Quiet | Should -BeExactly $false
    }
    It 'is false with -Quiet where nothing was looked at' { Test-FlowSecretRotation nothing* -Quiet | Should -BeExactly $false }
    It 'tells what is in the way, and what to do: <name>' -ForEach @(
        @{ name = 'plain' }
        @{ name = 'partner-token' }
        @{ name = 'encryption-key' }
        @{ name = 'scripted' }
    ) {
        $bad = @(Test-FlowSecretRotation $name | Where-Object Passed -EQ $false)
        $bad | Should -HaveCount 1
        $bad.Message | Should -Not -BeNullOrEmpty
        $bad.Remedy | Should -Not -BeNullOrEmpty
    }
    It 'tells of an overlap' {
        $null = Invoke-FlowSecretRotation jwt-secret
        $bad = Test-FlowSecretRotation jwt-secret | Where-Object Passed -EQ $false
        $bad.Check | Should -Be state
    }
    It 'runs test, and neither set nor revoke' -Skip:$IsWindows {
        $checks = Test-FlowSecretRotation scripted -TrustCatalog
        $checks.Passed | Select-Object -Unique | Should -BeExactly $true
        $checks.Check | Should -Contain 'script set'
        Get-ScriptRun | Should -Be test
    }
    It 'tells that a target does not accept the current value' -Skip:$IsWindows {
        Set-Script test 10
        $bad = Test-FlowSecretRotation scripted -TrustCatalog | Where-Object Passed -EQ $false
        $bad.Check | Should -Be 'current value'
    }
    It 'tells of a script that cannot be run' -Skip:$IsWindows {
        chmod 644 ops/set
        $bad = Test-FlowSecretRotation scripted -TrustCatalog | Where-Object Passed -EQ $false
        $bad.Check | Should -Be 'script set'
    }
    It 'tests all that the catalog rotates, without a name' {
        $names = Test-FlowSecretRotation -TrustCatalog 3>$null | ForEach-Object Name | Sort-Object -Unique
        $names | Should -Be api-key, db-config, jwt-secret, old, quick, scripted
    }
    It 'changes nothing' {
        $null = Test-FlowSecretRotation -TrustCatalog 3>$null
        foreach ($name in 'jwt-secret', 'db-config', 'scripted') { @(Get-FlowSecretVersion $name) | Should -HaveCount 1 }
        (Get-FlowSecretRotation jwt-secret).State | Should -Be None
    }
    It 'refuses <what>' -ForEach @(
        @{ what = 'a name that the catalog lacks'; id = 'SecretNotInCatalog'; run = { Test-FlowSecretRotation nowhere } }
        @{ what = 'a folder without a catalog'; id = 'NoCatalog'; run = { Remove-Item flowsecrets.yaml; Test-FlowSecretRotation } }
    ) { Assert-Failure $id $run }
    It 'shows a table without values' {
        Assert-View (Test-FlowSecretRotation jwt-secret, scripted, plain) Name, Check, Passed, Detail 'old-jwt', 'old-scripted'
    }
}
