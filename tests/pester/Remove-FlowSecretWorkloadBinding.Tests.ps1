BeforeAll { Import-Module $PSScriptRoot/Support.psm1 -Force }

Describe 'Remove-FlowSecretWorkloadBinding' -Skip:$IsWindows {
    BeforeEach { $scene = New-WorkloadScene }
    AfterEach { Remove-WorkloadScene $scene }

    It 'starts no kubectl with -WhatIf, and emits the plan' {
        $log = Set-Kubectl $scene
        $plan = Remove-FlowSecretWorkloadBinding api, worker session -KubernetesSecret app -WhatIf
        $plan.Status | Should -Be Planned, Planned
        $plan.Workload | Should -Be api, worker
        $plan.Message | Should -Match 'SESSION_SECRET'
        $log | Should -Not -Exist
    }
    It 'takes the one variable that the catalog names, or the one that is said' {
        (Remove-FlowSecretWorkloadBinding api db-config -Field host -WhatIf).Message | Should -Match 'DB_HOST'
        (Remove-FlowSecretWorkloadBinding api jwt-secret -Variable OTHER -WhatIf).Message | Should -Match 'OTHER'
    }
    It 'fails as <id> for <what>' -ForEach @(
        @{ id = 'BadArgument'; what = 'a secret with several variables'; run = { Remove-FlowSecretWorkloadBinding api jwt-secret } }
        @{ id = 'BadArgument'; what = 'a secret with no variable'; run = { Remove-FlowSecretWorkloadBinding api nameless } }
        @{
            id = 'BadArgument'; what = 'a field with several variables'
            run = { Remove-FlowSecretWorkloadBinding api db-config -Field password }
        }
        @{
            id = 'FieldNotFound'; what = 'a field that is not there'
            run = { Remove-FlowSecretWorkloadBinding api db-config -Field nowhere }
        }
        @{ id = 'BadArgument'; what = 'a workload that is not there'; run = { Remove-FlowSecretWorkloadBinding nowhere session } }
        @{ id = 'SecretNotInCatalog'; what = 'a secret that is not there'; run = { Remove-FlowSecretWorkloadBinding api nowhere } }
        @{
            id = 'KubectlMissing'; what = 'a machine without kubectl'
            run = { Hide-Kubectl $scene; Remove-FlowSecretWorkloadBinding api session -KubernetesSecret app }
        }
        @{
            id = 'WorkloadNotFound'; what = 'a context that is not there'
            run = { $null = Set-Kubectl $scene; Remove-FlowSecretWorkloadBinding api session -KubernetesSecret app }
        }
        @{
            id = 'NoCatalog'; what = 'a folder without a catalog'
            run = { Remove-Item flowsecrets.yaml; Remove-FlowSecretWorkloadBinding api session }
        }
    ) { Assert-Failure $id $run }
    It 'tries each of them under $ErrorActionPreference Stop' {
        $log = Set-Kubectl $scene
        $ErrorActionPreference = 'Stop'
        { Remove-FlowSecretWorkloadBinding api, worker session -KubernetesSecret app } | Should -Throw
        (Get-Content $log) -match 'worker' | Should -Not -BeNullOrEmpty
    }
    It 'takes workloads from the pipeline by property name' {
        $records = 'api', 'worker' | ForEach-Object { [pscustomobject] @{ Workload = $_; Environment = 'local' } }
        ($records | Remove-FlowSecretWorkloadBinding -Name session -WhatIf).Workload | Should -Be api, worker
    }
    It 'shows a table of at most 100 columns' {
        Assert-View (Remove-FlowSecretWorkloadBinding api, worker session -WhatIf) Status, Workload, Kind, Detail 'old-session'
    }
    It 'completes workloads, secrets and fields' {
        Get-Completion 'Remove-FlowSecretWorkloadBinding a' | Should -Be api
        Get-Completion 'Remove-FlowSecretWorkloadBinding api sess' | Should -Be session
    }
}
