BeforeAll { Import-Module $PSScriptRoot/Support.psm1 -Force }

Describe 'Sync-FlowExternalSecret' -Skip:$IsWindows {
    BeforeEach {
        $scene = New-ExternalSecretScene
        # The list of the operator's deployments is empty in the scene, which means that there is none.
        $kubectl = "$($scene.Path)/bin/kubectl"
        $denied = "*deployments) echo 'error: deployments.apps is forbidden: (Forbidden)' >&2; exit 1;;`n*annotate"
        (Get-Content $kubectl -Raw) -replace '(?m)^\*annotate', $denied | Set-Content $kubectl
    }
    AfterEach { Remove-WorkloadScene $scene }

    It 'tells the operator to read again' {
        $change = Sync-FlowExternalSecret db -Confirm:$false
        $change.Status, $change.Name, $change.SecretName | Should -Be Requested, db, db
        Get-Content $scene.Log | Where-Object { $_ -match 'annotate' } |
            Should -Match '^--context prod annotate --namespace shop --overwrite -- externalsecrets.external-secrets.io db force-sync=\d+$'
    }
    It 'emits the plan with -WhatIf, and changes nothing' {
        $plan = Sync-FlowExternalSecret -Wait -WhatIf
        $plan.Status | Should -Be Planned, Planned
        Get-Content $scene.Log | Should -Not -Match 'annotate'
    }
    It 'needs approval of a context that only the catalog names' {
        $env:FLOWSECRETS_TRUSTED_CATALOG = $null
        Assert-Failure CatalogNotTrusted { Sync-FlowExternalSecret db -Confirm:$false }
        Assert-Failure CatalogNotTrusted { Get-FlowExternalSecret db | Sync-FlowExternalSecret -Confirm:$false }
        (Sync-FlowExternalSecret db -Context prod -Confirm:$false).Status | Should -Be Requested
        (Sync-FlowExternalSecret db -TrustCatalog -Confirm:$false).Status | Should -Be Requested
    }
    It 'fails as <id> where <what>' -ForEach @(
        @{ id = 'ExternalSecretNotFound'; what = 'there is none of that name'; run = { Sync-FlowExternalSecret nowhere -Confirm:$false } }
        @{ id = 'KubectlMissing'; what = 'there is no kubectl'; run = { Hide-Kubectl $scene; Sync-FlowExternalSecret db -Confirm:$false } }
        @{
            id = 'BadArgument'; what = 'its store is not known here and a version is wanted'
            run = { Sync-FlowExternalSecret db -Version 4 -Confirm:$false }
        }
        @{
            id = 'ExternalSecretNeverRefreshed'; what = 'it is read once'
            run = {
                $file = "$($scene.Path)/bin/externalsecrets.json"
                (Get-Content $file -Raw) -replace '"refreshInterval": "1h"', '"refreshInterval": "0"' | Set-Content $file
                Sync-FlowExternalSecret db -Wait -Confirm:$false
            }
        }
    ) { Assert-Failure $id $run }
    It 'shows a table that fits' { Assert-View (Sync-FlowExternalSecret -WhatIf) Status, Name, Detail }
}
