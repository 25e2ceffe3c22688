# Taking grants off again, and nothing else.
BeforeAll {
    Import-Module $PSScriptRoot/Support.psm1 -Force
    $scene = New-AccessScene
    $api, $role = $scene.Api, $scene.Role
}
AfterAll { Remove-AccessScene $scene }

Describe 'Revoke-FlowSecretAccess in <environment>' -ForEach @(
    @{ environment = 'production'; who = 'serviceAccount:worker@flow-test.iam.gserviceaccount.com'; other = 'user:dev@example.com' }
    @{ environment = 'dr'; who = 'arn:aws:iam::123456789012:role/worker'; other = 'arn:aws:iam::123456789012:user/dev' }
) {
    BeforeAll { $PSDefaultParameterValues['*-FlowSecret*:Environment'] = $environment }
    AfterAll { $PSDefaultParameterValues.Remove('*-FlowSecret*:Environment') }
    AfterEach { $null = Get-FlowSecretAccess jwt-secret 3>$null | Revoke-FlowSecretAccess }

    It 'takes off one permission, or all of a principal' {
        $null = Grant-FlowSecretAccess jwt-secret $who
        $null = Grant-FlowSecretAccess jwt-secret $who -Permission Write
        $null = Grant-FlowSecretAccess jwt-secret $other
        (Revoke-FlowSecretAccess jwt-secret $who -Permission Write).Change.Count | Should -Be 1
        (Get-FlowSecretAccess jwt-secret 3>$null).Permission | Should -BeExactly Read, Read
        (Revoke-FlowSecretAccess jwt-secret $who).Status | Should -BeExactly Revoked
        (Get-FlowSecretAccess jwt-secret 3>$null).Principal | Should -BeExactly $other
    }
    It 'says Unchanged where there is nothing, and changes nothing with -WhatIf' {
        $null = Grant-FlowSecretAccess jwt-secret $other
        (Revoke-FlowSecretAccess jwt-secret $who).Status | Should -BeExactly Unchanged
        (Revoke-FlowSecretAccess jwt-secret $other -WhatIf).Change | Should -BeLike "- $other *"
        (Get-FlowSecretAccess jwt-secret 3>$null).Principal | Should -BeExactly $other
    }
    It 'wants a secret to be named' {
        Assert-Failure BadArgument { Revoke-FlowSecretAccess -Principal $who }
    }
}
