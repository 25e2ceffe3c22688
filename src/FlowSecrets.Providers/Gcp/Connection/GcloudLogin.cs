using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using FlowSecrets.Processes;
using Google.Apis.Http;

namespace FlowSecrets.Providers.Gcp.Connection;

/// <summary>The gcloud CLI's own login: its token, asked for once and again when the API refuses it.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage(
    "Design",
    "CA1001",
    Justification = "It lives as long as the process, and its gate holds no handle."
)]
internal sealed class GcloudLogin(string program, TimeSpan? patience = null)
    : IConfigurableHttpClientInitializer,
        IHttpExecuteInterceptor,
        IHttpUnsuccessfulResponseHandler
{
    /// <summary>
    /// How long an answer is not asked for again, be it a failure or the token that was refused before: many calls at a time would else
    /// start a gcloud each.
    /// </summary>
    private static readonly TimeSpan AnswerHolds = TimeSpan.FromSeconds(3);

    /// <summary>Less than a call's own limit, so that it is gcloud that is named.</summary>
    private readonly TimeSpan _patience = patience ?? TimeSpan.FromSeconds(15);

    private readonly SemaphoreSlim _gate = new(1);
    private string? _token;
    private FlowSecretException? _failure;
    private bool _isSame;
    private long _asked;

    /// <returns>gcloud on PATH, or null.</returns>
    public static string? Find(Func<string, string?> environment) =>
        ProgramFinder.Find(OperatingSystem.IsWindows() ? "gcloud.cmd" : "gcloud", environment);

    public void Initialize(ConfigurableHttpClient httpClient)
    {
        httpClient.MessageHandler.Credential = this;
        httpClient.MessageHandler.AddUnsuccessfulResponseHandler(this);
    }

    public async Task InterceptAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(null, cancellationToken));

    /// <summary>A token that has expired is refused with 401; then gcloud makes another.</summary>
    public async Task<bool> HandleResponseAsync(HandleUnsuccessfulResponseArgs args)
    {
        if (args.Response.StatusCode != HttpStatusCode.Unauthorized || args.Request.Headers.Authorization?.Parameter is not { } refused)
        {
            return false;
        }

        return await TokenAsync(refused, args.CancellationToken) != refused;
    }

    private async Task<string> TokenAsync(string? refused, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            bool isFresh = _asked != 0 && Stopwatch.GetElapsedTime(_asked) < AnswerHolds;
            if (isFresh && _failure is { } known)
            {
                throw known.With();
            }

            if (_token is null || (_token == refused && !(isFresh && _isSame)))
            {
                await AskOnceAsync(refused, cancellationToken);
            }

            return _token!;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task AskOnceAsync(string? refused, CancellationToken cancellationToken)
    {
        (_token, _failure) = (null, null);
        try
        {
            _token = await AskAsync(cancellationToken);
            (_isSame, _asked) = (_token == refused, Stopwatch.GetTimestamp());
        }
        catch (FlowSecretException e)
        {
            (_failure, _asked) = (e, Stopwatch.GetTimestamp());
            throw;
        }
    }

    private async Task<string> AskAsync(CancellationToken cancellationToken)
    {
        ChildStart start = new(program, ["auth", "print-access-token", "--quiet"]) { Limit = _patience };
        try
        {
            using ChildResult result = await ChildProcess.RunAsync(start, cancellationToken);
            string token = result.Output.Text.Trim();
            return result.ExitCode == 0 && token.Length > 0 && !token.Any(char.IsWhiteSpace)
                ? token
                : throw GcpErrors.NotAuthenticated(
                    "gcloud",
                    "Not authenticated with gcloud: 'gcloud auth print-access-token' gave no token. It says why when you run it"
                );
        }
        catch (Win32Exception)
        {
            throw GcpErrors.NotAuthenticated("gcloud", $"'{program}' could not be started");
        }
        catch (TimeoutException)
        {
            throw GcpErrors.NotAuthenticated(
                "gcloud",
                $"'gcloud auth print-access-token' did not answer within {_patience.TotalSeconds:0} seconds"
            );
        }
    }
}
