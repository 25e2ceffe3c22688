using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FlowSecrets.Errors;
using FlowSecrets.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FlowSecrets.Tests.Transport;

/// <summary>Over TLS: HTTP/2 where the server offers it, and never to a certificate that is not trusted.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class TlsTests : IAsyncLifetime
{
    private readonly Sandbox _sandbox = new();
    private readonly ConcurrentBag<string> _protocols = [];
    private WebApplication _server = null!;
    private string _authority = "";
    private string _address = "";

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "SSL_CERT_FILE is heeded on Linux alone.");
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        _authority = _sandbox.Write("authority.pem", certificate.ExportCertificatePem());

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(k =>
            k.Listen(
                IPAddress.Loopback,
                0,
                l =>
                {
                    l.Protocols = HttpProtocols.Http1AndHttp2;
                    l.UseHttps(certificate);
                }
            )
        );
        _server = builder.Build();
        _server.Run(async context =>
        {
            _protocols.Add(context.Request.Protocol);
            string answer =
                context.Request.Method == "GET"
                    ? """{"name":"projects/1/secrets/s/versions/1","payload":{"data":"eA==","dataCrc32c":"2839306131"}}"""
                    : """{"Name":"s","VersionId":"1","SecretString":"x"}""";
            await context.Response.WriteAsync(answer);
        });
        await _server.StartAsync();
        _address = _server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _sandbox.Dispose();
    }

    [Theory]
    [InlineData("gcp")]
    [InlineData("aws")]
    public void ATrustedServerIsSpokenToByHttp2(string store)
    {
        (int exitCode, string output, string error) = Read(store, _authority);
        Assert.True(exitCode == 0, error);
        Assert.Equal("x", output.Trim());
        Assert.All(_protocols, static p => Assert.Equal("HTTP/2", p));
        Assert.NotEmpty(_protocols);
    }

    [Theory]
    [InlineData("gcp")]
    [InlineData("aws")]
    public void ACertificateThatIsNotTrustedIsRefused(string store)
    {
        (int exitCode, string output, string error) = Read(store, _sandbox.Write("empty.pem", ""));
        Assert.Equal(1, exitCode);
        Assert.Contains(ErrorIds.StoreUnavailable, output);
        Assert.Contains("certificate", output);
        Assert.Empty(_protocols);
        Assert.Empty(error);
    }

    private (int ExitCode, string Output, string Error) Read(string store, string authorities) =>
        Tool.Run(
            Tool.Require("dotnet"),
            _sandbox.Folder,
            new Dictionary<string, string>
            {
                ["SSL_CERT_FILE"] = authorities,
                ["SSL_CERT_DIR"] = Directory.CreateDirectory(_sandbox.File("none")).FullName,
                ["GOOGLE_CLOUD_PROJECT"] = "flow-test",
                ["GOOGLE_OAUTH_ACCESS_TOKEN"] = "token",
                ["AWS_REGION"] = "eu-west-1",
                ["AWS_ACCESS_KEY_ID"] = "test",
                ["AWS_SECRET_ACCESS_KEY"] = "test",
            },
            "exec",
            Repository.Worker,
            "read",
            store,
            _address
        );
}
