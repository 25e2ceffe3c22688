# The same cmdlets on both clouds, against servers on this machine that answer as the clouds do.
BeforeDiscovery {
    $clouds = @{ cloud = 'Gcp'; environment = 'production' }, @{ cloud = 'Aws'; environment = 'dr' }
}
BeforeAll {
    Import-Module $PSScriptRoot/Support.psm1 -Force
    $catalog = @'
application: shop
prefix: shop-
default: local
environments:
  local: { store: local }
  production: { store: gcp, project: shop-prod }
  dr: { store: aws, region: eu-west-1, prefix: shop/ }
  frankfurt: { store: gcp, project: shop-prod, region: europe-west3 }
secrets:
  jwt-secret: { category: core, env: JWT_SECRET, required: true, generate: { kind: base64, bytes: 48 }, local: dev-jwt }
  stripe-key: { category: payment, env: STRIPE_KEY }
  db-config:
    fields:
      host: { sensitive: false, default: localhost, env: DB_HOST }
      password: { env: DB_PASSWORD, generate: { kind: password } }
localEnv: { path: .env }
'@
    $sandbox = New-Sandbox $catalog
    $fake = Start-Fake
    $examples = Join-Path (Split-Path (Split-Path $PSScriptRoot)) examples
}
AfterAll {
    Stop-Fake $fake
    Remove-Sandbox $sandbox
}

Describe 'The way of a secret in <cloud>' -ForEach $clouds {
    BeforeAll { $PSDefaultParameterValues['*-Flow*:Environment'] = $environment }
    AfterAll { $PSDefaultParameterValues.Remove('*-Flow*:Environment') }

    It 'is set up, kept, and brought to a .env file' {
        $made = Initialize-FlowSecret -NonInteractive 6>$null
        $made | Where-Object Name -eq jwt-secret | ForEach-Object Status | Should -Be Created
        (Initialize-FlowSecret -NonInteractive 6>$null | Where-Object Name -eq jwt-secret).Status | Should -Be Kept
        $null = Sync-FlowLocalEnv -AddToGitIgnore 6>$null 3>$null
        Get-Content .env | Should -Contain 'DB_HOST=localhost'
        (Get-Content .env) -match '^DB_PASSWORD=.+' | Should -HaveCount 1
        Sync-FlowLocalEnv -Check 3>$null | Where-Object Status -eq Outdated | Should -BeNullOrEmpty
    }
    It 'is made, read, changed and goes back' {
        $made = New-FlowSecret stripe-key -Value (ConvertTo-Secret one) -Label @{ team = 'web' }
        $made.Status | Should -Be Created
        $made.Store | Should -Be $cloud
        Get-FlowSecretValue stripe-key -AsPlainText | Should -BeExactly one
        (Set-FlowSecret stripe-key -Value (ConvertTo-Secret one)).Status | Should -Be Unchanged
        (Set-FlowSecret stripe-key -Value (ConvertTo-Secret two)).Status | Should -Be Updated
        Get-FlowSecretValue stripe-key -AsPlainText | Should -BeExactly two
        $null = Set-FlowSecretVersion stripe-key previous -Stage current
        Get-FlowSecretValue stripe-key -AsPlainText | Should -BeExactly one
        Assert-View (Get-FlowSecretVersion stripe-key) Name, State, Stages, Version
        Assert-View (Get-FlowSecret) Name, State, Version
        (Get-FlowSecret stripe-key).Labels['team'] | Should -Be web
        Assert-Failure SecretExists { New-FlowSecret stripe-key -Value (ConvertTo-Secret three) }
    }
    It 'is read among many, each absent one by itself' {
        $values = Get-FlowSecretValue jwt-secret, stripe-key, db-config
        $values | Should -HaveCount 3
        Assert-View $values Name, Version, Value
        Assert-Failure SecretNotFound { Get-FlowSecretValue -StoreName shop-nowhere }
        (Get-FlowSecret -All).Count | Should -Be 3
    }
    It 'names the place in what it plans' {
        $plan = Set-FlowSecret stripe-key -Value (ConvertTo-Secret x) -WhatIf
        $plan.Status | Should -Be Planned
        $plan.Place | Should -Match ($cloud -eq 'Gcp' ? 'project shop-prod' : 'account 123456789012 in eu-west-1')
    }
    It 'is deleted as the store can' {
        if ($cloud -eq 'Gcp') {
            Assert-Failure NotSupportedByStore { Remove-FlowSecret stripe-key -Confirm:$false }
            (Get-FlowSecret stripe-key).State | Should -Be Present
        }
        else {
            (Remove-FlowSecret stripe-key -RecoveryDays 7 -Confirm:$false).Status | Should -Be Removed
            Assert-Failure PendingDeletion { Get-FlowSecretValue stripe-key }
            (Restore-FlowSecret stripe-key).Status | Should -Be Restored
        }
        (Remove-FlowSecret stripe-key -Permanent -Confirm:$false).Status | Should -Be Removed
        (Get-FlowSecret stripe-key).State | Should -Be Missing
    }
    It 'can be seen with Get-FlowSecretStore' {
        $store = Get-FlowSecretStore
        $store.Status | Should -Be Ready
        $store.Location | Should -Match ($cloud -eq 'Gcp' ? 'shop-prod' : '123456789012/eu-west-1')
        Assert-View $store Store, Status, Location, Identity
    }
}

Describe 'What only one cloud has' {
    It 'disables and destroys a version in Gcp, and says in Aws that it cannot' {
        $null = New-FlowSecret -StoreName switch -Store Gcp -Value (ConvertTo-Secret on)
        $null = Set-FlowSecretVersion -StoreName switch -Version 1 -State Disabled -Store Gcp
        Assert-Failure VersionDisabled { Get-FlowSecretValue -StoreName switch -Store Gcp }
        $null = New-FlowSecret -StoreName switch -Store Aws -Value (ConvertTo-Secret on)
        Assert-Failure NotSupportedByStore { Set-FlowSecretVersion -StoreName switch -Version current -State Disabled -Store Aws }
    }
    It 'keeps annotations in Gcp, and refuses them in Aws before anything is made' {
        $noted = @{ StoreName = 'noted'; Value = ConvertTo-Secret on }
        $null = New-FlowSecret @noted -Store Gcp -Annotation @{ 'Runbook.url' = 'https://example.com' }
        (Get-FlowSecret -StoreName noted -Store Gcp).Annotations['Runbook.url'] | Should -Be 'https://example.com'
        Assert-Failure NotSupportedByStore { New-FlowSecret @noted -Store Aws -Annotation @{ a = 'b' } }
        Assert-Failure SecretNotFound { Get-FlowSecret -StoreName noted -Store Aws }
    }
    It 'reads a regional secret from its location' {
        $null = New-FlowSecret stripe-key -Environment frankfurt -Value (ConvertTo-Secret regional)
        Get-FlowSecretValue stripe-key -Environment frankfurt -AsPlainText | Should -BeExactly regional
        Assert-Failure SecretNotFound { Get-FlowSecretValue stripe-key -Environment production }
    }
}

Describe 'Choosing a place' {
    AfterEach { Disconnect-FlowSecretStore }
    It 'takes project, region and endpoint, and holds for the session' {
        (Connect-FlowSecretStore -Store Gcp -Project other-prod).Location | Should -Be other-prod
        (Get-FlowSecretStore).Location | Should -Be other-prod
        (Connect-FlowSecretStore -Store Aws -Region us-east-1 -Endpoint $fake.Aws).Location | Should -Match 'us-east-1$'
        (Connect-FlowSecretStore -Environment dr -Region us-west-2).Location | Should -Match 'us-west-2$'
    }
    It 'knows the kind by what only one kind has' {
        (Connect-FlowSecretStore -Project other-prod).Store | Should -Be Gcp
        (Connect-FlowSecretStore -Region us-east-1).Store | Should -Be Aws
    }
    It 'takes a token that is no plain text' {
        (Connect-FlowSecretStore -Project other-prod -AccessToken (ConvertTo-Secret a-token)).Identity | Should -Match 'AccessToken'
        Assert-Failure BadArgument { Connect-FlowSecretStore -Store Aws -AccessToken (ConvertTo-Secret a-token) }
        Assert-Failure BadArgument { Connect-FlowSecretStore -Store Gcp -Path ./x.db }
    }
    It 'refuses plain http to another machine, unless told by name' {
        Assert-Failure EndpointNotAllowed { Connect-FlowSecretStore -Store Aws -Endpoint http://secrets.example.com }
        Assert-Failure EndpointNotAllowed { Connect-FlowSecretStore -Store Gcp -Project other-prod -Endpoint http://127.0.0.1.example.com }
    }
    It 'says what is not set' {
        $before = $env:GOOGLE_CLOUD_PROJECT, $env:AWS_REGION
        $env:GOOGLE_CLOUD_PROJECT = $env:AWS_REGION = $null
        try {
            Assert-Failure NoProject { Get-FlowSecret -StoreName x -Store Gcp }
            Assert-Failure NoRegion { Get-FlowSecret -StoreName x -Store Aws }
        }
        finally { $env:GOOGLE_CLOUD_PROJECT, $env:AWS_REGION = $before }
    }
    It 'keeps the choice before when a store cannot be opened' {
        $null = Connect-FlowSecretStore -Project other-prod
        Get-Failure { Connect-FlowSecretStore -Store Aws -Endpoint http://127.0.0.1:9 } | Should -Not -BeNullOrEmpty
        (Get-FlowSecretStore).Location | Should -Be other-prod
    }
    It 'forbids a limit of nothing' {
        { Get-FlowSecret -ThrottleLimit 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError*'
    }
}

Describe 'Ctrl+C' {
    It 'ends a call to <cloud> that hangs within a second' -ForEach $clouds {
        $slow = Start-Fake '--latency', 60000
        try {
            $command = New-HostedCommand "Get-FlowSecretValue jwt-secret -Environment $environment"
            $running = $command.Shell.BeginInvoke()
            Start-Sleep -Milliseconds 1500
            $running.IsCompleted | Should -BeFalse
            $time = [System.Diagnostics.Stopwatch]::StartNew()
            $command.Shell.Stop()
            $time.Elapsed.TotalSeconds | Should -BeLessThan 1.2
        }
        finally {
            $command.Shell.Runspace.Dispose()
            Stop-Fake $slow
        }
    }
}

Describe 'The packages of the clouds' {
    It 'are not loaded by a command on a Local store' {
        $names = '[AppDomain]::CurrentDomain.GetAssemblies().ForEach{ $_.GetName().Name }'
        $child = Invoke-Child "`$null = Get-FlowSecret; $names -match 'AWSSDK|Google'"
        $child.Output | Should -BeNullOrEmpty
    }
    It 'live beside another <assembly> of the session, whichever came first' -ForEach @(
        @{ assembly = 'AWSSDK.Core'; environment = 'dr' }, @{ assembly = 'AWSSDK.SecurityToken'; environment = 'dr' }
        @{ assembly = 'Google.Apis'; environment = 'production' }, @{ assembly = 'Google.Apis.Auth'; environment = 'production' }
    ) {
        $file = New-StandIn $assembly $sandbox.Path
        $use = "(Get-FlowSecretStore -Environment $environment).Status"
        $load = "Add-Type -Path '$file'; [StandIn.Other].Assembly.GetName().Version.ToString()"
        (Invoke-Child "$load; $use").Output -split '\r?\n' | Should -Be '0.0.9.0', 'Ready'
        (Invoke-Child "$use; $load; $use").Output -split '\r?\n' | Should -Be 'Ready', '0.0.9.0', 'Ready'
    }
}

Describe 'The examples' {
    It 'flowmaestro goes its whole way in <cloud>' -ForEach $clouds {
        $output = Invoke-Child "& '$examples/flowmaestro/demo.ps1' -Module '$(Get-ModulePath)' -Environment $environment"
        $output.Output | Should -Match 'backend/.env is up to date'
        $output.ExitCode | Should -Be 0
    }
    It 'flowyml puts its tfvars into <cloud>' -ForEach $clouds {
        Copy-Item $examples/flowyml/flowsecrets.yaml (New-Item flowyml -ItemType Directory -Force)
        $tfvars = 'db_password = "p$w"', 'auth_secret = <<-END', '  two', '  lines', '  END', 'api_token = "t"'
        Set-Content ./flowyml/prod.secrets.tfvars $tfvars
        $place = @{ CatalogPath = './flowyml/flowsecrets.yaml'; Environment = $cloud.ToLowerInvariant(); TrustCatalog = $true }
        $results = Initialize-FlowSecret @place -NonInteractive -InputPath ./flowyml/prod.secrets.tfvars 6>$null
        $results.Status | Should -Be Created, Created, Created
        Get-FlowSecretValue auth-secret @place -AsPlainText | Should -BeExactly "two`nlines`n"
    }
}

Describe 'A marked value in <cloud>' -ForEach $clouds {
    It 'is in no stream, transcript or error' {
        $mark = 'CANARY-41c07e'
        Set-Content ./mark.txt $mark -NoNewline
        $script = @'
$mark = [System.IO.File]::ReadAllText("$PWD/mark.txt")
$VerbosePreference = $DebugPreference = $InformationPreference = 'Continue'
Start-Transcript ./transcript.txt | Out-Null
$secret = [securestring]::new(); foreach ($c in $mark.ToCharArray()) { $secret.AppendChar($c) }
function Step([scriptblock] $Script) {
    try { & $Script *>&1 | Out-String -Width 300 }
    catch { $_ | Format-List * -Force | Out-String -Width 300 }
}
Step { Connect-FlowSecretStore -Environment ENVIRONMENT EXTRA -Verbose -Debug }
Step { New-FlowSecret -StoreName canary -Value $secret -Verbose -Debug }
Step { New-FlowSecret -StoreName canary -Value $secret -Verbose -Debug }
Step { Set-FlowSecret -StoreName canary -Value $secret -Verbose -Debug }
Step { Get-FlowSecretValue -StoreName canary -Verbose -Debug | Format-List * -Force }
Step { Get-FlowSecretValue -StoreName canary -Field x -Verbose -Debug }
Step { Get-FlowSecret -StoreName canary -Verbose -Debug | Format-List * }
Step { Get-FlowSecretStore -Verbose -Debug | Format-List * -Force }
Step { Remove-FlowSecret -StoreName canary -Permanent -Confirm:$false -Verbose -Debug }
$Error | Format-List * -Force | Out-String -Width 300
Stop-Transcript | Out-Null
'@
        $extra = $cloud -eq 'Gcp' ? '-AccessToken $secret' : ''
        $child = Invoke-Child ($script.Replace('ENVIRONMENT', $environment).Replace('EXTRA', $extra))
        $child.Output | Should -Match 'SecretExists'
        $child.Output.Contains($mark) | Should -BeFalse
        (Get-Content ./transcript.txt -Raw).Contains($mark) | Should -BeFalse
    }
}
