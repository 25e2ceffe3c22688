BeforeAll {
    Import-Module $PSScriptRoot/Support.psm1 -Force
    Import-Module $PSScriptRoot/Writers.psm1 -Force
}

Describe 'New-FlowSecretValue' {
    It 'makes a password of 32 characters as a SecureString, and says its entropy' {
        $made = New-FlowSecretValue
        $made.Kind | Should -Be 'Password'
        $made.Value | Should -BeOfType [securestring]
        $made.Value.Length | Should -Be 32
        $made.EntropyBits | Should -BeGreaterThan 180
    }
    It 'makes <kind> as it is defined' -ForEach @(
        @{ kind = 'Hex'; pattern = '^[0-9a-f]{64}$'; bits = 256 }
        @{ kind = 'Base64'; pattern = '^[A-Za-z0-9+/]{43}=$'; bits = 256 }
        @{ kind = 'Base64Url'; pattern = '^[A-Za-z0-9_-]{43}$'; bits = 256 }
        @{ kind = 'Uuid'; pattern = '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'; bits = 122 }
    ) {
        New-FlowSecretValue $kind -AsPlainText | Should -MatchExactly $pattern
        (New-FlowSecretValue $kind).EntropyBits | Should -Be $bits
    }
    It 'makes a passphrase of words with 16 bits each' {
        $made = New-FlowSecretValue Passphrase -Words 6
        $made.EntropyBits | Should -Be 96
        (ConvertFrom-SecureString $made.Value -AsPlainText) -split '[^a-z]+' | Where-Object { $_ } | Should -HaveCount 6
    }
    It 'makes an EC key whose public half belongs to it' {
        $made = New-FlowSecretValue Ec -Curve P-384
        $private = [System.Security.Cryptography.ECDsa]::Create()
        $private.ImportFromPem((ConvertFrom-SecureString $made.Value -AsPlainText))
        $public = [System.Security.Cryptography.ECDsa]::Create(); $public.ImportFromPem($made.PublicKey)
        $public.KeySize | Should -Be 384
        $public.VerifyData([byte[]] (1, 2), $private.SignData([byte[]] (1, 2), 'SHA384'), 'SHA384') | Should -BeTrue
    }
    It 'makes an RSA key of the bits that are named' {
        $made = New-FlowSecretValue Rsa -Bits 2048
        $key = [System.Security.Cryptography.RSA]::Create(); $key.ImportFromPem($made.PublicKey)
        $key.KeySize | Should -Be 2048
        $made.EntropyBits | Should -Be 112
    }
    It 'takes length, bytes and symbols' {
        New-FlowSecretValue -Length 40 -Symbols '' -AsPlainText | Should -MatchExactly '^[A-Za-z0-9]{40}$'
        New-FlowSecretValue Hex -Bytes 8 -AsPlainText | Should -MatchExactly '^[0-9a-f]{16}$'
    }
    It 'makes as many as asked, all different' {
        $made = New-FlowSecretValue Hex -Count 20 -AsPlainText
        $made | Sort-Object -Unique | Should -HaveCount 20
    }
    It 'streams, so that what comes after can stop it' {
        New-FlowSecretValue Hex -Count 1000 | Select-Object -First 1 | Should -HaveCount 1
    }
    It 'refuses <what>' -ForEach @(
        @{ what = 'a password of 7 characters'; run = { New-FlowSecretValue -Length 7 } }
        @{ what = 'a key of 7 bytes'; run = { New-FlowSecretValue Hex -Bytes 7 } }
        @{ what = 'an RSA key of 1024 bits'; run = { New-FlowSecretValue Rsa -Bits 1024 } }
        @{ what = 'a curve that is none'; run = { New-FlowSecretValue Ec -Curve P-1 } }
        @{ what = 'none at all'; run = { New-FlowSecretValue -Count 0 } }
    ) { (Get-Failure $run).FullyQualifiedErrorId | Should -BeLike 'ParameterArgumentValidationError,*' }
    It 'refuses a kind that is none' {
        (Get-Failure { New-FlowSecretValue Nothing }).FullyQualifiedErrorId | Should -BeLike 'CannotConvertArgumentNoMessage,*'
    }
    It 'shows a table without the value' {
        $made = New-FlowSecretValue Hex
        Assert-View $made Kind, EntropyBits, Value, PublicKey (ConvertFrom-SecureString $made.Value -AsPlainText)
    }
    It 'is not written down by what writes objects: <_>' -ForEach 'Password', 'Hex', 'Passphrase', 'Uuid', 'Ec' {
        $made = New-FlowSecretValue $_
        Assert-NotWritten $made (ConvertFrom-SecureString $made.Value -AsPlainText)
    }
    It 'completes kinds and curves' {
        Get-Completion 'New-FlowSecretValue -Kind Pass' | Should -Be 'Passphrase', 'Password'
        Get-Completion 'New-FlowSecretValue Ec -Curve ' | Should -Be 'P-256', 'P-384', 'P-521'
    }
}
