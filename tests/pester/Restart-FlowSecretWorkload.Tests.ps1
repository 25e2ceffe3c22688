BeforeAll { Import-Module $PSScriptRoot/Support.psm1 -Force }

Describe 'Restart-FlowSecretWorkload' -Skip:$IsWindows {
    BeforeEach { $scene = New-WorkloadScene }
    AfterEach { Remove-WorkloadScene $scene }

    It 'fails as <id> where <what>' -ForEach @(
        @{ id = 'KubectlMissing'; what = 'there is no kubectl'; run = { Hide-Kubectl $scene; Restart-FlowSecretWorkload api } }
        @{
            id = 'KubectlMissing'; what = 'there is no kubectl, and it should wait'
            run = { Hide-Kubectl $scene; Restart-FlowSecretWorkload api -Wait -TimeoutSec 5 }
        }
        @{
            id = 'WorkloadNotFound'; what = 'the context is not there'
            run = { $null = Set-Kubectl $scene; Restart-FlowSecretWorkload api }
        }
        @{ id = 'BadArgument'; what = 'the catalog has no such workload'; run = { Restart-FlowSecretWorkload nowhere } }
        @{ id = 'BadArgument'; what = 'none is named'; run = { Restart-FlowSecretWorkload } }
        @{ id = 'NoCatalog'; what = 'there is no catalog'; run = { Remove-Item flowsecrets.yaml; Restart-FlowSecretWorkload api } }
    ) { Assert-Failure $id $run }
    It 'starts no kubectl with -WhatIf, and emits the plan' {
        $log = Set-Kubectl $scene
        $plan = Restart-FlowSecretWorkload * -WhatIf
        $plan.Status | Should -Be Planned, Planned
        $plan.Workload | Should -Be api, worker
        $plan.Kind | Should -Be kubernetes, kubernetes
        $plan.Environment | Should -Be local, local
        $log | Should -Not -Exist
    }
    It 'tries each of them under $ErrorActionPreference Stop' {
        $log = Set-Kubectl $scene
        $ErrorActionPreference = 'Stop'
        { Restart-FlowSecretWorkload api, worker } | Should -Throw
        $tried = Get-Content $log
        $tried -match 'worker' | Should -Not -BeNullOrEmpty
    }
    It 'takes workloads from the pipeline, each once' {
        $records = 'api', 'api', 'worker' |
            ForEach-Object { [pscustomobject] @{ Workload = $_; Name = 'jwt-secret'; Environment = 'local' } }
        ($records | Restart-FlowSecretWorkload -WhatIf).Workload | Should -Be api, worker
    }
    It 'refuses a time of <seconds> seconds' -ForEach @{ seconds = 0 }, @{ seconds = 100000 } {
        { Restart-FlowSecretWorkload api -TimeoutSec $seconds } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }
    It 'shows a table of at most 100 columns' {
        Assert-View (Restart-FlowSecretWorkload * -WhatIf) Status, Workload, Kind, Detail
    }
    It 'completes workloads of the catalog' { Get-Completion 'Restart-FlowSecretWorkload a' | Should -Be api }
}
