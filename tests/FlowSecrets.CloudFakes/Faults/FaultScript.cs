using System.Net.Mime;
using FlowSecrets.CloudFakes.Hosting;
using Microsoft.AspNetCore.Http;

namespace FlowSecrets.CloudFakes.Faults;

/// <summary>Which faults come before the change and which after it, and how they look on the wire.</summary>
internal static class FaultScript
{
    private static readonly TimeSpan SlowTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan HangTime = TimeSpan.FromSeconds(60);

    /// <summary>The change is not made.</summary>
    public static bool ComesBefore(Fault fault) =>
        fault
            is Fault.Throttle
                or Fault.ServerError
                or Fault.Unavailable
                or Fault.BadGateway
                or Fault.HtmlError
                or Fault.HtmlOk
                or Fault.DropBefore
                or Fault.Hang
                or Fault.Redirect;

    /// <summary>The client sees no status at all.</summary>
    public static bool IsSilent(Fault fault) => fault is Fault.DropBefore or Fault.DropAfter or Fault.Hang;

    /// <summary>A reply that no cloud wrote.</summary>
    public static Reply? StrangersReply(Fault fault, ApiRequest request) =>
        fault switch
        {
            Fault.BadGateway => Html(StatusCodes.Status502BadGateway, "502 Bad Gateway"),
            Fault.HtmlError => Html(StatusCodes.Status503ServiceUnavailable, "503 Service Unavailable"),
            Fault.HtmlOk => Html(StatusCodes.Status200OK, "Welcome"),
            Fault.Redirect => Reply.Empty(StatusCodes.Status307TemporaryRedirect) with
            {
                Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Location"] = "http://localhost:9" + request.Path },
            },
            _ => null,
        };

    public static async Task SendAsync(HttpContext http, Reply reply, Fault fault, CancellationToken stopping)
    {
        using CancellationTokenSource gone = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        if (fault is Fault.Hang)
        {
            await Task.Delay(HangTime, gone.Token);
        }

        if (IsSilent(fault))
        {
            http.Abort();
            return;
        }

        byte[] body = fault switch
        {
            Fault.EmptyReply => [],
            Fault.BadJson => reply.Body[..(reply.Body.Length / 2)],
            _ => reply.Body,
        };
        http.Response.StatusCode = reply.Status;
        foreach ((string name, string value) in reply.Headers)
        {
            http.Response.Headers[name] = value;
        }

        http.Response.ContentType = body.Length > 0 || fault is Fault.EmptyReply ? reply.ContentType : null;
        http.Response.ContentLength = body.Length;
        switch (fault)
        {
            case Fault.CutReply:
                // Left short, it is Kestrel that ends the connection: a reset could overtake what was sent.
                await http.Response.Body.WriteAsync(body.AsMemory(0, body.Length / 2), gone.Token);
                await http.Response.Body.FlushAsync(gone.Token);
                break;
            case Fault.SlowReply:
                await DribbleAsync(http, body, gone.Token);
                break;
            default:
                await http.Response.Body.WriteAsync(body, gone.Token);
                break;
        }
    }

    private static async Task DribbleAsync(HttpContext http, byte[] body, CancellationToken cancellationToken)
    {
        const int Pieces = 30;
        for (int i = 0; i < Pieces; i++)
        {
            Range piece = (body.Length * i / Pieces)..(body.Length * (i + 1) / Pieces);
            await http.Response.Body.WriteAsync(body.AsMemory(piece), cancellationToken);
            await http.Response.Body.FlushAsync(cancellationToken);
            await Task.Delay(SlowTime / Pieces, cancellationToken);
        }
    }

    private static Reply Html(int status, string title) =>
        new(
            status,
            MediaTypeNames.Text.Html + "; charset=utf-8",
            System.Text.Encoding.UTF8.GetBytes(
                $"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1><p>Please sign in to the "
                    + $"network.</p></body></html>"
            )
        );
}
