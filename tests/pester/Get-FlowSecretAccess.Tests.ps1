# Who may, through what, and where that stands.
BeforeAll {
    Import-Module $PSScriptRoot/Support.psm1 -Force
    $scene = New-AccessScene
    $api, $role = $scene.Api, $scene.Role
}
AfterAll { Remove-AccessScene $scene }

Describe 'Get-FlowSecretAccess in <environment>' -ForEach @(
    @{ environment = 'production'; who = 'serviceAccount:worker@flow-test.iam.gserviceaccount.com'; other = 'user:dev@example.com' }
    @{ environment = 'dr'; who = 'arn:aws:iam::123456789012:role/worker'; other = 'arn:aws:iam::123456789012:user/dev' }
) {
    BeforeAll { $PSDefaultParameterValues['*-FlowSecret*:Environment'] = $environment }
    AfterAll { $PSDefaultParameterValues.Remove('*-FlowSecret*:Environment') }
    AfterEach { $null = Get-FlowSecretAccess jwt-secret 3>$null | Revoke-FlowSecretAccess }

    It 'lists who may do what, as a table' {
        $null = Grant-FlowSecretAccess jwt-secret $who
        $null = Grant-FlowSecretAccess jwt-secret $other -Permission Write
        $all = Get-FlowSecretAccess jwt-secret 3>$null
        Assert-View $all Secret, Principal, Role, Source
        ($all | Where-Object Principal -eq $who).Holds | Should -BeExactly Read
        ($all | Where-Object Principal -eq $other).Holds | Should -BeExactly Write
        $all.Granted | ForEach-Object { $_ | Should -BeGreaterThan (Get-Date).AddMinutes(-5) }
    }
    It 'asks for one permission, or one principal' {
        $null = Grant-FlowSecretAccess jwt-secret $who
        $null = Grant-FlowSecretAccess jwt-secret $other -Permission Write
        (Get-FlowSecretAccess jwt-secret -Permission Write 3>$null).Principal | Should -BeExactly $other
        (Get-FlowSecretAccess jwt-secret $who 3>$null).Principal | Should -BeExactly $who
    }
    It 'goes on when a secret is not there' {
        $null = Grant-FlowSecretAccess jwt-secret $who
        $listed = Get-FlowSecretAccess stripe-key, jwt-secret -AllowPartial -ErrorAction SilentlyContinue 2>$null 3>$null
        $listed.Principal | Should -BeExactly $who
        Assert-Failure SecretNotFound { Get-FlowSecretAccess stripe-key 3>$null }
    }
}
