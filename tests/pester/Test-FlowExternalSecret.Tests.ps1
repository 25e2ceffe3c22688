BeforeAll { Import-Module $PSScriptRoot/Support.psm1 -Force }

Describe 'Test-FlowExternalSecret' -Skip:$IsWindows {
    BeforeEach { $scene = New-ExternalSecretScene }
    AfterEach { Remove-WorkloadScene $scene }

    It 'names one cause and one command for each' {
        $all = Test-FlowExternalSecret
        $all.Name | Should -Be db, llm
        $all.Cause | Should -Be StoreNotFound, StoreNotFound
        $all[1].Remedy | Should -Match "kubectl --context='prod' --namespace='shop' get secretstores"
    }
    It 'says only yes or no with -Quiet' {
        Test-FlowExternalSecret -Quiet | Should -BeFalse
        Test-FlowExternalSecret nothing* -Quiet -WarningAction SilentlyContinue | Should -BeFalse
    }
    It 'is Unknown, and no error, if the cluster cannot be asked' {
        Hide-Kubectl $scene
        $test = Test-FlowExternalSecret db -ErrorAction Stop
        $test.State, $test.Cause | Should -Be Unknown, KubectlMissing
        $test.Remedy | Should -Not -BeNullOrEmpty
    }
    It 'fails of a name that is not there' { Assert-Failure ExternalSecretNotFound { Test-FlowExternalSecret nowhere } }
    It 'changes nothing' {
        $null = Test-FlowExternalSecret
        Get-Content $scene.Log | Should -Not -Match 'annotate|patch|apply|delete'
    }
    It 'shows a table that fits' { Assert-View (Test-FlowExternalSecret) Name, State, Cause, What }
}
