BeforeAll { Import-Module $PSScriptRoot/Support.psm1 -Force }

Describe 'Get-FlowSecretWorkload' -Skip:$IsWindows {
    BeforeEach { $scene = New-WorkloadScene }
    AfterEach { Remove-WorkloadScene $scene }

    It 'fails as <id> where <what>' -ForEach @(
        @{ id = 'KubectlMissing'; what = 'there is no kubectl'; run = { Hide-Kubectl $scene; Get-FlowSecretWorkload api } }
        @{ id = 'BadArgument'; what = 'the catalog has no such workload'; run = { Get-FlowSecretWorkload nowhere } }
        @{ id = 'NoCatalog'; what = 'there is no catalog'; run = { Remove-Item flowsecrets.yaml; Get-FlowSecretWorkload } }
    ) { Assert-Failure $id $run }
    It 'fails of a context that kubectl does not know, and names it to kubectl' {
        $log = Set-Kubectl $scene
        Assert-Failure WorkloadNotFound { Get-FlowSecretWorkload api }
        Get-Content $log | Should -Match '^--context flowsecrets-nowhere '
    }
    It 'says once why none of them can be seen' {
        Hide-Kubectl $scene
        $ids = Get-FailureId { $ErrorActionPreference = 'Continue'; Get-FlowSecretWorkload }
        $ids | Should -Be KubectlMissing, ItemsFailed
    }
    It 'ends nothing with -AllowPartial' {
        Hide-Kubectl $scene
        $ErrorActionPreference = 'Stop'
        { Get-FlowSecretWorkload -AllowPartial 2>$null } | Should -Not -Throw
    }
    It 'shows nothing where the catalog has no workloads, or none matches' {
        Get-FlowSecretWorkload nothing* | Should -BeNullOrEmpty
        Edit-Catalog '(?s)workloads:\r?\n.*' ''
        Edit-Catalog ', workloads: \[[^]]*\]' ''
        Get-FlowSecretWorkload | Should -BeNullOrEmpty
    }
    It 'completes workloads of the catalog' {
        Get-Completion 'Get-FlowSecretWorkload ' | Sort-Object | Should -Be api, worker
        Get-Completion 'Get-FlowSecretWorkload wo' | Should -Be worker
    }
}
