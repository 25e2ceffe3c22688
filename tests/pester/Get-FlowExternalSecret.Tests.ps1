BeforeAll { Import-Module $PSScriptRoot/Support.psm1 -Force }

Describe 'Get-FlowExternalSecret' -Skip:$IsWindows {
    BeforeEach { $scene = New-ExternalSecretScene }
    AfterEach { Remove-WorkloadScene $scene }

    It 'shows what the operator says of each' {
        $all = Get-FlowExternalSecret
        $all.Name | Should -Be db, llm
        $all.State | Should -Be Synced, Failed
        $all[0].SecretKeys | Should -Be DB
        $all[0].Versions | Should -Be 'db@3'
        $all[0].Age | Should -BeOfType timespan
        $all[1].SecretKeys.Count | Should -Be 0
        $all[1].LastWarning | Should -Be 'boom  [31m# #vso[task.complete]'
        $all.Context | Select-Object -Unique | Should -Be prod
    }
    It 'asks kubectl in the context and the namespace of the catalog, or of the command line' {
        $null = Get-FlowExternalSecret
        Get-Content $scene.Log | Should -Match '^--context prod get --namespace shop '
        Remove-Item $scene.Log
        $null = Get-FlowExternalSecret -Context other -Namespace second
        Get-Content $scene.Log | Should -Match '^--context other get --namespace second '
    }
    It 'takes names with wildcards, and from the pipeline' {
        (Get-FlowExternalSecret l*).Name | Should -Be llm
        ('db', 'llm' | Get-FlowExternalSecret).Name | Should -Be db, llm
        (Get-FlowExternalSecret DB | Get-FlowExternalSecret).Name | Should -Be db
    }
    It 'fails as <id> where <what>' -ForEach @(
        @{ id = 'ExternalSecretNotFound'; what = 'there is none of that name'; run = { Get-FlowExternalSecret nowhere } }
        @{ id = 'KubectlMissing'; what = 'there is no kubectl'; run = { Hide-Kubectl $scene; Get-FlowExternalSecret } }
        @{
            id = 'NoCatalog'; what = 'an environment has no catalog'
            run = { Remove-Item flowsecrets.yaml; Get-FlowExternalSecret -Environment a }
        }
    ) { Assert-Failure $id $run }
    It 'shows a table that fits' {
        Assert-View (Get-FlowExternalSecret) Name, State, Age, Detail
        foreach ($line in (Get-FlowExternalSecret | Out-String -Width 80) -split '\r?\n') { $line.Length | Should -BeLessOrEqual 80 }
    }
    It 'completes what the catalog names' { Get-Completion 'Get-FlowExternalSecret l' | Should -Be llm }
}
