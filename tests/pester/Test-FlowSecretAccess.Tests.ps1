# Who may use what, and why not: in both clouds, against servers on this machine that decide as the clouds do.
BeforeAll {
    Import-Module $PSScriptRoot/Support.psm1 -Force
    $scene = New-AccessScene
    $api, $role = $scene.Api, $scene.Role
}
AfterAll { Remove-AccessScene $scene }

Describe 'Test-FlowSecretAccess' {
    AfterEach { Disconnect-FlowSecretStore }

    It 'says of a principal what is denied, why, and what to run' {
        $denied = Test-FlowSecretAccess jwt-secret -Principal $api
        $denied.Result | Should -Be Denied
        $denied.Cause | Should -BeExactly NoGrant
        $denied.Secret | Should -BeExactly jwt-secret
        $denied.StoreName | Should -BeExactly shop-jwt-secret
        $denied.Principal | Should -BeExactly $api
        $remedy = "Let an owner grant it: gcloud secrets add-iam-policy-binding shop-jwt-secret --project=flow-test " +
            "--member='$api' --role='roles/secretmanager.secretAccessor' --condition=None"
        $denied.Remedy | Should -BeExactly $remedy
    }

    It 'takes the secrets from the pipeline and prints a table of at most 100 columns' {
        $answers = Get-FlowSecret jwt-secret, db-config | Test-FlowSecretAccess -Principal $api
        Assert-View $answers Secret, Result, Cause, 'What to do'
        $table = $answers | Out-String -Width 100
        $table | Should -Match 'jwt-secret +Denied +NoGrant +Let an owner grant it'
        $table | Should -Match 'add-iam-policy-binding\s+shop-db-config'
        ([regex]::Matches($table, 'Who: ')).Count | Should -Be 1
    }

    It 'names the place where a secret is that is not here' {
        $null = New-FlowSecret stripe-key -Environment staging -Value (ConvertTo-Secret v)
        $elsewhere = Test-FlowSecretAccess stripe-key
        $elsewhere.Cause | Should -BeExactly OtherPlace
        $evidence = "'shop-stripe-key' is in the Gcp store of project flow-staging, " +
            'and the Gcp store of project flow-test was asked'
        $elsewhere.Evidence | Should -BeExactly $evidence
        $elsewhere.Remedy | Should -BeExactly "Use that one: -Environment 'staging'"
    }

    It 'says of the caller who Google says it is, and whether the value can be read' {
        $allowed = Test-FlowSecretAccess jwt-secret -Live
        $allowed.Result | Should -Be Allowed
        $allowed.Evidence | Should -BeExactly 'The value of version 1 was read, and dropped.'
        Use-Member user:dev@example.com
        $unknown = Test-FlowSecretAccess jwt-secret
        $unknown.Result | Should -Be Unknown
        $unknown.Cause | Should -BeExactly SecretNotFoundOrForbidden
        $unknown.Principal | Should -BeExactly user:dev@example.com
    }

    It 'tells a denied command the same cause and remedy' {
        Use-Member user:dev@example.com
        $said = Test-FlowSecretAccess jwt-secret
        $failure = { Get-FlowSecretValue jwt-secret -ErrorAction Stop } | Should -Throw -PassThru -ErrorId 'SecretNotFoundOrForbidden,*'
        $failure.ErrorDetails.RecommendedAction | Should -BeExactly $said.Remedy
    }

    It 'answers -Quiet by a boolean and nothing else' {
        Test-FlowSecretAccess jwt-secret -Quiet | Should -BeExactly $true
        Test-FlowSecretAccess jwt-secret -Principal $api -Quiet | Should -BeExactly $false
        Test-FlowSecretAccess -FromCatalog -Quiet | Should -BeExactly $false
    }

    It 'checks the entries of the catalog that are of the store''s kind' {
        $gcp = Test-FlowSecretAccess jwt-secret, db-config -FromCatalog
        $gcp.Count | Should -Be 2
        $gcp.Principal | Select-Object -Unique | Should -BeExactly 'serviceAccount:eso@flow-test.iam.gserviceaccount.com'
        (Test-FlowSecretAccess -FromCatalog -Environment dr).Principal | Should -BeExactly $role
    }

    It 'refuses <principal> for <environment> with the right form' -ForEach @(
        @{
            principal = 'foo@bar.com'; environment = 'production'
            form = 'Name it as a policy does: user:foo@bar.com, group:foo@bar.com or serviceAccount:foo@bar.com'
        }
        @{
            principal = 'api'; environment = 'dr'
            form = 'Name it by its ARN: arn:aws:iam::ACCOUNT:role/api or arn:aws:iam::ACCOUNT:user/api'
        }
        @{ principal = 'user:dev@example.com'; environment = 'dr'; form = 'Name one of AWS: *' }
        @{ principal = 'arn:aws:iam::123456789012:role/api'; environment = 'production'; form = 'Name one of Google Cloud: *' }
        @{ principal = 'allUsers'; environment = 'production'; form = '*-AllowPublicAccess' }
    ) {
        $failure = { Test-FlowSecretAccess jwt-secret -Principal $principal -Environment $environment } |
            Should -Throw -PassThru -ErrorId 'BadPrincipal,*'
        $failure.ErrorDetails.RecommendedAction | Should -BeLike $form
    }

    It 'refuses -Live for somebody else' {
        { Test-FlowSecretAccess jwt-secret -Principal $api -Live } | Should -Throw -ErrorId 'BadArgument,*'
    }

    It 'completes principals and workloads from the catalog' {
        Get-Completion 'Test-FlowSecretAccess -Principal serv' |
            Should -BeExactly "'serviceAccount:eso@flow-test.iam.gserviceaccount.com'"
    }

    It 'finds a local store that others can use' -Skip:$IsWindows {
        $null = New-FlowSecret jwt-secret -Environment local -Value (ConvertTo-Secret v)
        (Test-FlowSecretAccess jwt-secret -Environment local).Cause | Should -BeNullOrEmpty
        chmod 644 $scene.StoreFile
        $finding = Test-FlowSecretAccess jwt-secret -Environment local
        $finding.Result | Should -Be Allowed
        $finding.Cause | Should -BeExactly FileExposed
        $finding.Remedy | Should -BeExactly "Take others' rights away: chmod 600 '$($scene.StoreFile)'"
        Test-FlowSecretAccess jwt-secret -Environment local -Quiet | Should -BeExactly $false
    }
}
