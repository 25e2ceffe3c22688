using FlowSecrets.Errors;
using FlowSecrets.Providers.Transport;
using FlowSecrets.Text;

namespace FlowSecrets.Tests.Transport;

public sealed class EndpointTests
{
    [Theory]
    [InlineData("https://example.com")]
    [InlineData("https://example.com:8443/base/")]
    [InlineData("http://127.0.0.1:8080")]
    [InlineData("http://127.1.2.3/")]
    [InlineData("http://[::1]:9000/")]
    [InlineData("http://localhost:1")]
    [InlineData("HTTP://LocalHost:1")]
    public void HttpsGoesAnywhereAndHttpToThisMachine(string text)
    {
        Uri address = ServiceAddress.Parse(text, "-Endpoint", allowUnencrypted: false);
        Assert.EndsWith("/", address.AbsoluteUri);
    }

    [Theory]
    [InlineData("http://example.com")]
    [InlineData("http://localhost.evil.com/")]
    [InlineData("http://127.0.0.1.evil.com/")]
    [InlineData("http://0.0.0.0/")]
    [InlineData("http://10.0.0.1/")]
    [InlineData("http://[::2]/")]
    [InlineData("http://evil.com#localhost")]
    [InlineData("http://127.0.0.1@evil.com/")]
    [InlineData("https://user:password@example.com/")]
    [InlineData("https://example.com/?x=1")]
    [InlineData("https://example.com/#x")]
    [InlineData("ftp://127.0.0.1/")]
    [InlineData("127.0.0.1:8080")]
    [InlineData("example.com")]
    [InlineData("")]
    public void EverythingElseIsRefused(string text)
    {
        FlowSecretException error = Assert.Throws<FlowSecretException>(() =>
            ServiceAddress.Parse(text, "-Endpoint", allowUnencrypted: false)
        );
        Assert.Equal(ErrorIds.EndpointNotAllowed, error.Id);
        Assert.DoesNotContain("password", error.ToString());
    }

    [Fact]
    public void PlainHttpElsewhereNeedsTheLongSwitchWhichTheRemedyNames()
    {
        FlowSecretException error = Assert.Throws<FlowSecretException>(() =>
            ServiceAddress.Parse("http://emulator:4566", "AWS_ENDPOINT_URL", allowUnencrypted: false)
        );
        Assert.Equal(
            "AWS_ENDPOINT_URL is plain http to emulator: values and credentials would cross the network in the clear.",
            error.Cause
        );
        Assert.Equal(
            "Use https. If that network is yours alone, give it by name: Connect-FlowSecretStore -Endpoint http://emulator:4566/ "
                + "-AllowUnencryptedEndpoint",
            error.Remedy
        );
        Assert.Equal(
            "http://emulator:4566/",
            ServiceAddress.Parse("http://emulator:4566", "AWS_ENDPOINT_URL", allowUnencrypted: true).AbsoluteUri
        );
    }
}

public sealed class RemoteTextTests
{
    [Theory]
    [InlineData("##vso[task.setvariable variable=x]y")]
    [InlineData("###vso[task.setvariable variable=x]y")]
    [InlineData("a\n##[error]x")]
    [InlineData("::add-mask::x")]
    [InlineData(":::add-mask::x")]
    [InlineData("\r\n::::set-output name=a::b")]
    [InlineData("#\u200B#vso[task.complete]")]
    [InlineData("a\u2028::error::b")]
    public void NoCommandOfACiSystemSurvives(string text)
    {
        string clean = RemoteText.Clean(text);
        Assert.DoesNotContain("##", clean);
        Assert.DoesNotContain("::", clean);
        Assert.DoesNotContain(clean, static c => char.IsControl(c) || c is '\u2028' or '\u2029' or '\u200B');
    }

    [Theory]
    [InlineData("Authorization: Bearer CANARY.abc was wrong")]
    [InlineData("token ya29.CANARY_abc")]
    [InlineData("assertion eyJhbGciOiJSUzI1NiJ9.CANARY.sig")]
    [InlineData("Credential=CANARY/20260101/eu-west-1, x")]
    [InlineData("Signature=CANARY")]
    [InlineData("X-Amz-Security-Token: CANARY")]
    public void WhatSignedTheRequestIsTakenOut(string text) => Assert.DoesNotContain("CANARY", RemoteText.Quote(text));

    [Fact]
    public void WhatIsSaidStays() =>
        Assert.Equal(": \"Secret [projects/1/secrets/a] not found.\"", RemoteText.Quote("Secret [projects/1/secrets/a] not found."));

    [Fact]
    public void ItIsBoundedAndNoCharacterIsCutInTwo()
    {
        string clean = RemoteText.Clean(string.Concat(Enumerable.Repeat("x", 299)) + "😀😀");
        Assert.Equal(300, clean.Length);
        Assert.DoesNotContain(clean, char.IsSurrogate);
    }
}
