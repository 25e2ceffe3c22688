BeforeAll {
    Import-Module $PSScriptRoot/Support.psm1 -Force
    if (-not ('FlowSecrets.PesterSupport.PumpWork' -as [type])) { Add-Type -Path $PSScriptRoot/PumpWork.cs }
    $type = (Get-Command New-FlowSecretValue).ImplementingType.Assembly.GetType('FlowSecrets.Hosting.OperationPump')

    # Runs work that posts a call for each value and then waits until it is stopped; the first call does as $First says.
    function Invoke-Pump([string] $First) {
        $stop = [System.Threading.CancellationTokenSource]::new()
        $pump = [Activator]::CreateInstance($type, $stop, [timespan]::FromMilliseconds(700))
        $work = [FlowSecrets.PesterSupport.PumpWork]::new($pump, $stop, $First)
        $failure = try { $work.Run() } finally { $pump.Dispose() }
        [pscustomobject] @{ Failure = $failure; Disposals = $work.Values.Disposals; Pump = $pump; Work = $work }
    }
}

Describe 'The pump between an operation and the pipeline' {
    It 'erases the value of a call that throws, and those of the calls after it' {
        $ran = Invoke-Pump throw
        $ran.Failure | Should -BeOfType [System.InvalidOperationException]
        $ran.Disposals | Should -Be 1, 1, 1
    }
    It 'erases the values of the calls that a stop leaves in the queue, and no other' {
        $ran = Invoke-Pump stop
        $ran.Failure | Should -BeOfType [System.Management.Automation.PipelineStoppedException]
        $ran.Disposals | Should -Be 0, 1, 1
    }
    It 'erases a value that comes after its end' {
        $ran = Invoke-Pump stop
        $ran.Work.PostLate().Disposals | Should -Be 1
    }
}
