# Letting somebody in: on the secret itself, once, for a time, by the catalog.
BeforeAll {
    Import-Module $PSScriptRoot/Support.psm1 -Force
    $scene = New-AccessScene
    $api, $role = $scene.Api, $scene.Role
}
AfterAll { Remove-AccessScene $scene }

Describe 'Grant-FlowSecretAccess in <environment>' -ForEach @(
    @{ environment = 'production'; who = 'serviceAccount:worker@flow-test.iam.gserviceaccount.com'; other = 'user:dev@example.com' }
    @{ environment = 'dr'; who = 'arn:aws:iam::123456789012:role/worker'; other = 'arn:aws:iam::123456789012:user/dev' }
) {
    BeforeAll { $PSDefaultParameterValues['*-FlowSecret*:Environment'] = $environment }
    AfterAll { $PSDefaultParameterValues.Remove('*-FlowSecret*:Environment') }
    AfterEach { $null = Get-FlowSecretAccess jwt-secret 3>$null | Revoke-FlowSecretAccess }

    It 'shows the change and makes none with -WhatIf' {
        $plan = Grant-FlowSecretAccess jwt-secret $who -WhatIf
        $plan.Status | Should -BeExactly Planned
        $plan.Change | Should -BeLike "+ $who *"
        Get-FlowSecretAccess jwt-secret 3>$null | Where-Object Principal -eq $who | Should -BeNullOrEmpty
    }

    It 'grants once, lists it as its own, and takes it off' {
        (Grant-FlowSecretAccess jwt-secret $who).Status | Should -BeExactly Granted
        (Grant-FlowSecretAccess jwt-secret $who).Status | Should -BeExactly Unchanged
        (Grant-FlowSecretAccess jwt-secret $other -Permission Write).Status | Should -BeExactly Granted
        $grant = Get-FlowSecretAccess jwt-secret 3>$null | Where-Object Principal -eq $who
        $grant.Ours | Should -BeTrue
        $grant.Permission | Should -Be Read
        ($grant | Revoke-FlowSecretAccess).Status | Should -BeExactly Revoked
        $left = Get-FlowSecretAccess jwt-secret 3>$null
        $left.Principal | Should -BeExactly $other
        (Revoke-FlowSecretAccess jwt-secret $other).Status | Should -BeExactly Revoked
        Get-FlowSecretAccess jwt-secret 3>$null | Should -BeNullOrEmpty
    }

    It 'grants for a time' {
        $end = [datetime]::new(2030, 1, 2, 3, 4, 5, [DateTimeKind]::Utc)
        (Grant-FlowSecretAccess jwt-secret $who -Expires $end).Status | Should -BeExactly Granted
        (Get-FlowSecretAccess jwt-secret 3>$null).Expires.ToUniversalTime() | Should -Be $end
        (Grant-FlowSecretAccess jwt-secret $who -Expires $end.AddDays(1)).Change.Count | Should -Be 2
        (Get-FlowSecretAccess jwt-secret 3>$null).Count | Should -Be 1
        { Grant-FlowSecretAccess jwt-secret $who -Expires (Get-Date).AddHours(-1) } | Should -Throw -ErrorId 'BadArgument,*'
        $null = Revoke-FlowSecretAccess jwt-secret $who
    }

    It 'brings the catalog into force and takes off what it does not name' {
        $null = Grant-FlowSecretAccess jwt-secret $who
        $first = Grant-FlowSecretAccess jwt-secret -FromCatalog
        ($first | Where-Object Status -eq Granted).Count | Should -Be 1
        ($first | Where-Object Status -eq Extra).Principal | Should -BeExactly $who
        $pruned = Grant-FlowSecretAccess jwt-secret -FromCatalog -Prune -Confirm:$false
        $pruned.Change | Should -BeLike "- $who *"
        $named = 'serviceAccount:eso@flow-test.iam.gserviceaccount.com', 'arn:aws:iam::123456789012:role/api'
        (Get-FlowSecretAccess jwt-secret 3>$null).Principal | Should -BeIn $named
        $null = Revoke-FlowSecretAccess jwt-secret -FromCatalog
        Get-FlowSecretAccess jwt-secret 3>$null | Should -BeNullOrEmpty
    }

    It 'asks nobody where nobody can answer, before it prunes' {
        $null = Grant-FlowSecretAccess jwt-secret $who
        $prune = "Grant-FlowSecretAccess jwt-secret -FromCatalog -Prune -Environment $environment"
        $said = & (Get-PwshPath) -NoProfile -NonInteractive -c "Import-Module '$(Get-ModulePath)'; $prune" 2>&1 | Out-String
        $said | Should -Match 'CannotPrompt|-Confirm:\$false'
        (Get-FlowSecretAccess jwt-secret 3>$null).Principal | Should -Contain $who
        $null = Revoke-FlowSecretAccess jwt-secret $who
        $null = Revoke-FlowSecretAccess jwt-secret -FromCatalog
    }

    It 'goes on with the others when one secret fails' {
        $results = Grant-FlowSecretAccess jwt-secret, stripe-key $who -AllowPartial -ErrorAction SilentlyContinue 2>$null
        ($results | Where-Object Name -eq jwt-secret).Status | Should -BeExactly Granted
        ($results | Where-Object Name -eq stripe-key).ErrorId | Should -BeExactly SecretNotFound
        $null = Revoke-FlowSecretAccess jwt-secret $who
    }

    It 'wants a secret to be named' {
        Assert-Failure BadArgument { Grant-FlowSecretAccess -Principal $who }
    }
}

Describe 'Grant-FlowSecretAccess -PolicyDocument' {
    It 'prints the policy for a role, and changes nothing' {
        $document = Grant-FlowSecretAccess jwt-secret -PolicyDocument -Environment dr | ConvertFrom-Json
        $document.Statement.Action | Should -BeExactly 'secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'
        $document.Statement.Resource | Should -BeLike 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-jwt-secret-??????'
        Get-FlowSecretAccess jwt-secret -Environment dr 3>$null | Should -BeNullOrEmpty
    }

    It 'is not for Google Cloud, and says what is' {
        $failure = { Grant-FlowSecretAccess jwt-secret -PolicyDocument } | Should -Throw -PassThru -ErrorId 'NotSupportedByStore,*'
        $failure.ErrorDetails.RecommendedAction | Should -BeLike '*Grant-FlowSecretAccess NAME -Principal PRINCIPAL*'
    }
}
