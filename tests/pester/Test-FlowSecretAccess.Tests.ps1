# Who may use what, and why not: in both clouds, against servers on this machine that decide as the clouds do.
BeforeAll {
    Import-Module $PSScriptRoot/Support.psm1 -Force
    $sandbox = New-Sandbox @'
application: shop
prefix: shop-
default: production
environments:
  local: { store: local }
  production: { store: gcp, project: flow-test }
  staging: { store: gcp, project: flow-staging }
  dr: { store: aws, region: eu-west-1 }
secrets:
  jwt-secret: { env: JWT_SECRET }
  db-config: { env: DB_CONFIG, workloads: [web] }
  stripe-key: { env: STRIPE_KEY }
workloads:
  web: { kind: cloudrun, region: us-central1, service: web }
access:
  - { principal: "serviceAccount:eso@flow-test.iam.gserviceaccount.com", role: reader, secrets: ["*"] }
  - { principal: "arn:aws:iam::123456789012:role/api", role: reader, secrets: [jwt-secret] }
'@
    $fake = Start-Fake
    $api = 'serviceAccount:api@flow-test.iam.gserviceaccount.com'
    $role = 'arn:aws:iam::123456789012:role/api'
    foreach ($environment in 'production', 'dr') {
        foreach ($name in 'jwt-secret', 'db-config') { $null = New-FlowSecret $name -Environment $environment -Value (ConvertTo-Secret 'a value') }
    }
    # Asks Google as somebody, until the session is disconnected.
    function Use-Member([string] $Member) { $null = Connect-FlowSecretStore -Environment production -AccessToken (ConvertTo-Secret "as:$Member") }
    function Show($Objects) { ($Objects | Out-String -Width 100) -replace '\e\[[0-9;]*m' }
}
AfterAll {
    Stop-Fake $fake
    Remove-Sandbox $sandbox
}

Describe 'Test-FlowSecretAccess' {
    AfterEach { Disconnect-FlowSecretStore }

    It 'says of a principal what is denied, why, and what to run' {
        $denied = Test-FlowSecretAccess jwt-secret -Principal $api
        $denied.Result | Should -Be Denied
        $denied.Cause | Should -BeExactly NoGrant
        $denied.Secret | Should -BeExactly jwt-secret
        $denied.StoreName | Should -BeExactly shop-jwt-secret
        $denied.Principal | Should -BeExactly $api
        $denied.Remedy | Should -BeExactly "Let an owner grant it: gcloud secrets add-iam-policy-binding shop-jwt-secret --project=flow-test --member='$api' --role='roles/secretmanager.secretAccessor' --condition=None"
    }

    It 'takes the secrets from the pipeline and prints a table of at most 100 columns' {
        $table = Show (Get-FlowSecret jwt-secret, db-config | Test-FlowSecretAccess -Principal $api)
        $table -split "`n" | ForEach-Object Length | Measure-Object -Maximum | ForEach-Object Maximum | Should -BeLessOrEqual 100
        $table | Should -Match 'jwt-secret +Denied +NoGrant +Let an owner grant it'
        $table | Should -Match 'add-iam-policy-binding\s+shop-db-config'
        ([regex]::Matches($table, 'Who: ')).Count | Should -Be 1
    }

    It 'names the place where a secret is that is not here' {
        $null = New-FlowSecret stripe-key -Environment staging -Value (ConvertTo-Secret v)
        $elsewhere = Test-FlowSecretAccess stripe-key
        $elsewhere.Cause | Should -BeExactly OtherPlace
        $elsewhere.Evidence | Should -BeExactly "'shop-stripe-key' is in the Gcp store of project flow-staging, and the Gcp store of project flow-test was asked"
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
        $failure = { Get-FlowSecretValue jwt-secret } | Should -Throw -PassThru -ErrorId 'SecretNotFoundOrForbidden,*'
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
        @{ principal = 'foo@bar.com'; environment = 'production'; form = 'Name it as a policy does: user:foo@bar.com, group:foo@bar.com or serviceAccount:foo@bar.com' }
        @{ principal = 'api'; environment = 'dr'; form = 'Name it by its ARN: arn:aws:iam::ACCOUNT:role/api or arn:aws:iam::ACCOUNT:user/api' }
        @{ principal = 'user:dev@example.com'; environment = 'dr'; form = 'Name one of AWS: *' }
        @{ principal = 'arn:aws:iam::123456789012:role/api'; environment = 'production'; form = 'Name one of Google Cloud: *' }
        @{ principal = 'allUsers'; environment = 'production'; form = '*-AllowPublicAccess' }
    ) {
        $failure = { Test-FlowSecretAccess jwt-secret -Principal $principal -Environment $environment } | Should -Throw -PassThru -ErrorId 'BadPrincipal,*'
        $failure.ErrorDetails.RecommendedAction | Should -BeLike $form
    }

    It 'refuses -Live for somebody else' {
        { Test-FlowSecretAccess jwt-secret -Principal $api -Live } | Should -Throw -ErrorId 'BadArgument,*'
    }

    It 'completes principals and workloads from the catalog' {
        (TabExpansion2 'Test-FlowSecretAccess -Principal serv').CompletionMatches.CompletionText | Should -BeExactly 'serviceAccount:eso@flow-test.iam.gserviceaccount.com'
    }

    It 'finds a local store that others can use' -Skip:$IsWindows {
        $null = New-FlowSecret jwt-secret -Environment local -Value (ConvertTo-Secret v)
        (Test-FlowSecretAccess jwt-secret -Environment local).Cause | Should -BeNullOrEmpty
        chmod 644 $sandbox.StoreFile
        $finding = Test-FlowSecretAccess jwt-secret -Environment local
        $finding.Result | Should -Be Allowed
        $finding.Cause | Should -BeExactly FileExposed
        $finding.Remedy | Should -BeExactly "Take others' rights away: chmod 600 '$($sandbox.StoreFile)'"
        Test-FlowSecretAccess jwt-secret -Environment local -Quiet | Should -BeExactly $false
    }
}

Describe 'Grant-, Get- and Revoke-FlowSecretAccess in <environment>' -ForEach @(
    @{ environment = 'production'; who = 'serviceAccount:worker@flow-test.iam.gserviceaccount.com'; other = 'user:dev@example.com' }
    @{ environment = 'dr'; who = 'arn:aws:iam::123456789012:role/worker'; other = 'arn:aws:iam::123456789012:user/dev' }
) {
    BeforeAll { $PSDefaultParameterValues['*-FlowSecret*:Environment'] = $environment }
    AfterAll { $PSDefaultParameterValues.Remove('*-FlowSecret*:Environment') }

    It 'shows the change and makes none with -WhatIf' {
        $plan = Grant-FlowSecretAccess jwt-secret $who -WhatIf -PassThru
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
        (Get-FlowSecretAccess jwt-secret 3>$null).Principal | Should -BeIn 'serviceAccount:eso@flow-test.iam.gserviceaccount.com', 'arn:aws:iam::123456789012:role/api'
        $null = Revoke-FlowSecretAccess jwt-secret -FromCatalog
        Get-FlowSecretAccess jwt-secret 3>$null | Should -BeNullOrEmpty
    }

    It 'asks nobody where nobody can answer, before it prunes' {
        $null = Grant-FlowSecretAccess jwt-secret $who
        $said = & (Get-PwshPath) -NoProfile -NonInteractive -c "Import-Module '$(Get-ModulePath)'; Grant-FlowSecretAccess jwt-secret -FromCatalog -Prune -Environment $environment" 2>&1 | Out-String
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
