# Copies between all three stores, against servers on this machine that answer as the clouds do.
BeforeDiscovery {
    $names = 'local', 'gcp', 'aws'
    $pairs = foreach ($from in $names) { foreach ($to in $names) { if ($from -ne $to) { @{ from = $from; to = $to } } } }
}
BeforeAll {
    Import-Module $PSScriptRoot/Support.psm1 -Force
    $catalog = @'
application: shop
prefix: shop-
default: local
environments:
  local: { store: local }
  file: { store: local, path: ./file.db }
  gcp: { store: gcp, project: shop-prod }
  gcp-again: { store: gcp, project: shop-prod, prefix: other- }
  aws: { store: aws, region: eu-west-1, prefix: shop/ }
secrets:
  jwt-secret: { env: JWT_SECRET }
  api-key: {}
  data-key: { usage: encryption }
  first: {}
  second: {}
  third: {}
  fourth: {}
  fifth: {}
  sixth: {}
'@
    $sandbox = New-Sandbox $catalog
    $fake = Start-Fake
    function Add-Version([string] $Environment, [string] $Name, [string[]] $Value) {
        $null = New-FlowSecret $Name -Environment $Environment -Value (ConvertTo-Secret $Value[0]) -Label @{ team = 'web' }
        foreach ($next in $Value | Select-Object -Skip 1) {
            $null = Set-FlowSecret $Name -Environment $Environment -Value (ConvertTo-Secret $next)
        }
    }
}
AfterAll {
    Stop-Fake $fake
    Remove-Sandbox $sandbox
}

Describe 'Copy-FlowSecret from <from> to <to>' -ForEach $pairs {
    BeforeAll {
        $name = 'first', 'second', 'third', 'fourth', 'fifth', 'sixth' |
            Where-Object { -not (Get-FlowSecret $_ -Environment $from).Version -and -not (Get-FlowSecret $_ -Environment $to).Version } |
            Select-Object -First 1
    }

    It 'C2 C3 copies all versions and finds nothing to do the second time' {
        Add-Version $from $name 'one', 'two', 'three'
        $planned = Copy-FlowSecret $name -From $from -To $to -AllVersions -UpdateExisting -WhatIf 6>$null
        $planned.Status | Should -Be 'Planned'
        $planned.Copied | Should -HaveCount 3
        $made = Copy-FlowSecret $name -From $from -To $to -AllVersions -UpdateExisting 6>$null
        $made.Status | Should -BeIn 'Created', 'Updated'
        $made.SourceIdentity | Should -Not -BeNullOrEmpty
        Get-FlowSecretValue $name -Environment $to -AsPlainText | Should -BeExactly 'three'
        Get-FlowSecretValue $name -Environment $to -Stage previous -AsPlainText | Should -BeExactly 'two'
        (Get-FlowSecret $name -Environment $to).Labels['team'] | Should -Be 'web'
        $again = Copy-FlowSecret $name -From $from -To $to -AllVersions 6>&1
        ($again | Where-Object { $_ -is [FlowSecrets.CopyResult] }).Status | Should -Be 'Unchanged'
        "$again" | Should -Match '\b0 changes\.'
    }
}

Describe 'Copy-FlowSecret' {
    It 'C7 removes the source after the question, with a recovery window on AWS' {
        Add-Version aws api-key 'one', 'two'
        $moved = Copy-FlowSecret api-key -From aws -To gcp -AllVersions -RemoveSource -Confirm:$false 6>$null
        $moved.Status | Should -Be 'Created'
        $moved.SourceRemoved | Should -BeTrue
        (Get-FlowSecret api-key -Environment aws).State | Should -Be 'PendingDeletion'
        (Copy-FlowSecret api-key -From aws -To gcp -AllVersions -RemoveSource 6>$null).Status | Should -Be 'Unchanged'
    }
    It 'C7 asks before a source is deleted, and writes nothing if nobody can answer' {
        Add-Version gcp data-key 'one'
        $text = "Import-Module '$(Get-ModulePath)'; try { Copy-FlowSecret data-key -From gcp -To aws -AllVersions -RemoveSource } " +
            'catch { $_.FullyQualifiedErrorId }'
        & (Get-PwshPath) -NoProfile -NonInteractive -Command $text 2>&1 | Out-String | Should -Match 'CannotPrompt'
        (Get-FlowSecret data-key -Environment aws).State | Should -Be 'Missing'
        (Get-FlowSecret data-key -Environment gcp).State | Should -Be 'Present'
    }
    It 'refuses <what>' -ForEach @(
        @{ what = 'one environment'; id = 'BadArgument'; script = { Copy-FlowSecret -From gcp -To gcp } }
        @{ what = 'two environments of one location'; id = 'BadArgument'; script = { Copy-FlowSecret -From gcp -To gcp-again } }
        @{ what = 'removal without all versions'; id = 'BadArgument'; script = { Copy-FlowSecret -From gcp -To aws -RemoveSource } }
        @{ what = 'an unknown environment'; id = 'EnvironmentNotFound'; script = { Copy-FlowSecret -From gcp -To nowhere } }
        @{ what = 'an unknown name'; id = 'SecretNotInCatalog'; script = { Copy-FlowSecret unknown -From gcp -To aws } }
        @{ what = 'a secret that the source lacks'; id = 'SecretNotFound'; script = { Copy-FlowSecret -StoreName none -From gcp -To aws } }
    ) {
        Get-FailureId { & $script 6>$null } | Should -Be $id
    }
    It 'C5 names all that the target cannot carry, and writes nothing' {
        foreach ($name in 'bad/one', 'bad.two') { $null = New-FlowSecret -StoreName $name -Environment aws -Value (ConvertTo-Secret a) }
        $failure = Get-Failure { Copy-FlowSecret -StoreName bad/one, bad.two -From aws -To gcp 6>$null }
        $failure.FullyQualifiedErrorId | Should -BeLike 'CopyNotPossible,*'
        "$failure" | Should -Match 'bad/one'
        "$failure" | Should -Match 'bad\.two'
    }
    It 'takes names and objects from the pipeline, and refuses objects of another location' {
        Add-Version local jwt-secret 'one'
        ('jwt-secret' | Copy-FlowSecret -From local -To file 6>$null).Status | Should -Be 'Created'
        (Get-FlowSecret jwt-secret -Environment local | Copy-FlowSecret -From local -To file 6>$null).Status | Should -Be 'Unchanged'
        $elsewhere = Get-FlowSecret jwt-secret -Environment file
        Get-FailureId { $elsewhere | Copy-FlowSecret -From local -To gcp 6>$null } | Should -Be 'BadArgument'
        Get-FailureId { ConvertTo-Secret a | Copy-FlowSecret -From local -To gcp } | Should -Be 'BadArgument'
        @() | Copy-FlowSecret -From local -To file 3>$null | Should -BeNullOrEmpty
        Copy-FlowSecret @() -From local -To file 3>$null | Should -BeNullOrEmpty
    }
    It 'C8 says who reads and who writes' {
        $said = Copy-FlowSecret jwt-secret -From local -To gcp -WhatIf 6>&1
        "$said" | Should -Match 'reads the Local store .* writes to the Gcp store of project shop-prod as '
    }
    It 'moves an application as the example does' {
        $example = Join-Path (Split-Path (Split-Path $PSScriptRoot)) examples move
        $before = $env:FLOWSECRETS_TRUSTED_CATALOG
        $env:FLOWSECRETS_TRUSTED_CATALOG = Join-Path $example flowsecrets.yaml
        try {
            $at = @{ CatalogPath = $env:FLOWSECRETS_TRUSTED_CATALOG }
            $null = New-FlowSecret stripe-key @at -Environment gcp -Value (ConvertTo-Secret sk-example)
            & (Join-Path $example move.ps1) 6>$null | Should -BeNullOrEmpty
            Get-FlowSecretValue stripe-key @at -Environment aws -AsPlainText | Should -BeExactly sk-example
            $ConfirmPreference = 'None'
            $moved = & (Join-Path $example move.ps1) -RemoveSource 6>$null
            ($moved | Where-Object Name -eq stripe-key).Status | Should -Be 'Removed'
            (Get-FlowSecret stripe-key @at -Environment gcp).State | Should -Be 'Missing'
        }
        finally { $env:FLOWSECRETS_TRUSTED_CATALOG = $before }
    }
    It 'fits 80 columns' {
        Assert-View (Copy-FlowSecret -From local -To gcp -AllVersions -WhatIf 6>$null) Status, Action, Name, Copied, Detail
    }
}
