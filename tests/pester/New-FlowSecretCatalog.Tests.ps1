BeforeAll { Import-Module $PSScriptRoot/Support.psm1 -Force }

Describe 'New-FlowSecretCatalog' {
    BeforeEach {
        $sandbox = New-Sandbox ''
        $jwt = '{"name":"jwt-secret","envVar":"JWT_SECRET","category":"core","required":true,"description":"Signing key"}'
        $openai = '{"name":"app-openai","envVar":"OPENAI_API_KEY","deployments":["api"]}'
        Set-Content ./Pulumi.prod.yaml "config:`n  infra:secrets: '[$jwt,$openai]'"
        Set-Content ./prod.tfvars "jwt_secret = `"hidden-value`"`ndb = { host = `"h`" }"
        Set-Content ./app.env "JWT_SECRET=hidden-value`nOPENAI_API_KEY=other-hidden"
    }
    AfterEach { Remove-Sandbox $sandbox }

    It 'makes one from a Pulumi stack' {
        $made = New-FlowSecretCatalog -FromPulumi ./Pulumi.prod.yaml -Application shop 6> $null
        $made.Status, $made.Secrets, $made.Application | Should -Be 'Created', 2, 'shop'
        $catalog = Get-FlowSecretCatalog
        ($catalog.Secrets | Where-Object Required).Key | Should -Be 'jwt-secret'
        ($catalog.Secrets | Where-Object Key -EQ app-openai).Env | Should -Be 'OPENAI_API_KEY'
    }
    It 'takes a prefix off names and writes it into the catalog' {
        Set-Content ./list.json '[{"name":"shop-jwt","envVar":"JWT"}]'
        $null = New-FlowSecretCatalog -FromPulumi ./list.json -Prefix shop- 6> $null
        $catalog = Get-FlowSecretCatalog
        $catalog.Prefix, $catalog.Secrets.Key | Should -Be 'shop-', 'jwt'
        (Get-FlowSecret).StoreName | Should -Be 'shop-jwt'
    }
    It 'makes one from <source>, and takes no value over' -ForEach @(
        @{ source = 'tfvars'; argument = @{ FromTfvars = './prod.tfvars' } }
        @{ source = '.env'; argument = @{ FromEnv = './app.env' } }
    ) {
        (New-FlowSecretCatalog @argument 6> $null).Secrets | Should -Be 2
        Get-Content ./flowsecrets.yaml -Raw | Should -Not -Match 'hidden'
        (Test-FlowSecretCatalog).IsValid | Should -BeTrue
    }
    It 'makes one from a store' {
        $null = New-FlowSecret -StoreName shop-one, shop-two, other -Value (ConvertTo-Secret 'hidden-value')
        $null = New-FlowSecretCatalog -FromStore -Store Local -Prefix shop- 6> $null
        (Get-FlowSecretCatalog).Secrets.Key | Should -Be 'one', 'two'
        (Get-FlowSecret).State | Should -Be 'Present', 'Present'
        Get-Content ./flowsecrets.yaml -Raw | Should -Not -Match 'hidden'
    }
    It 'replaces a catalog only with -Force' {
        $null = New-FlowSecretCatalog -FromEnv ./app.env 6> $null
        Assert-Failure CatalogExists { New-FlowSecretCatalog -FromPulumi ./Pulumi.prod.yaml }
        (New-FlowSecretCatalog -FromPulumi ./Pulumi.prod.yaml -Force 6> $null).Status | Should -Be 'Created'
        (Get-FlowSecretCatalog).Secrets.Key | Should -Contain 'app-openai'
    }
    It 'writes where it is told' {
        $null = New-Item ./sub -ItemType Directory
        $null = New-FlowSecretCatalog -FromEnv ./app.env -Path ./sub/flowsecrets.yaml 6> $null
        './sub/flowsecrets.yaml' | Should -Exist
        './flowsecrets.yaml' | Should -Not -Exist
    }
    It 'writes nothing with -WhatIf, and emits the plan' {
        $plan = New-FlowSecretCatalog -FromEnv ./app.env -WhatIf
        $plan.Status, $plan.Secrets | Should -Be 'Planned', 2
        './flowsecrets.yaml' | Should -Not -Exist
    }
    It 'refuses <what>' -ForEach @(
        @{ what = 'a file that is not there'; id = 'BadInput'; run = { New-FlowSecretCatalog -FromTfvars ./nowhere.tfvars } }
        @{
            what = 'tfvars that are no literals'; id = 'BadInput'
            run = { Set-Content ./call.tfvars 'a = file("x")'; New-FlowSecretCatalog -FromTfvars ./call.tfvars }
        }
        @{
            what = 'a Pulumi file without secrets'; id = 'BadInput'
            run = { Set-Content ./empty.yaml 'config: { a: b }'; New-FlowSecretCatalog -FromPulumi ./empty.yaml }
        }
        @{
            what = 'a Pulumi list that is no JSON'; id = 'BadInput'
            run = { Set-Content ./bad.yaml "config:`n  a:secrets: '[{'"; New-FlowSecretCatalog -FromPulumi ./bad.yaml }
        }
        @{
            what = 'a .env that cannot be read'; id = 'EnvFileInvalid'
            run = { Set-Content ./bad.env 'A="open'; New-FlowSecretCatalog -FromEnv ./bad.env }
        }
        @{
            what = 'a folder that is not there'; id = 'BadArgument'
            run = { New-FlowSecretCatalog -FromEnv ./app.env -Path ./nowhere/flowsecrets.yaml }
        }
        @{ what = 'a cloud whose project is not set'; id = 'NoProject'; run = { New-FlowSecretCatalog -FromStore -Store Gcp } }
    ) {
        Assert-Failure $id $run
        './flowsecrets.yaml' | Should -Not -Exist
    }
    It 'shows a table without values' {
        Assert-View (New-FlowSecretCatalog -FromEnv ./app.env 6> $null) Status, Application, Secrets, Environments, Trusted, Path 'hidden'
    }
    It 'completes kinds of store' { Get-Completion 'New-FlowSecretCatalog -FromStore -Store L' | Should -Be 'Local' }
}
