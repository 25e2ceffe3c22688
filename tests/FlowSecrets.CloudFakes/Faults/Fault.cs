namespace FlowSecrets.CloudFakes.Faults;

/// <summary>What one request gets instead of, or on top of, its reply.</summary>
public enum Fault
{
    None,

    /// <summary>Refused for its rate, in the cloud's own words; nothing applied.</summary>
    Throttle,

    /// <summary>500 in the cloud's own form; nothing applied.</summary>
    ServerError,

    /// <summary>503 in the cloud's own form; nothing applied.</summary>
    Unavailable,

    /// <summary>502 as a load balancer writes it, in HTML; nothing applied.</summary>
    BadGateway,

    /// <summary>503 with an HTML page; nothing applied.</summary>
    HtmlError,

    /// <summary>200 with an HTML page, as a captive portal or a proxy sends it; nothing applied.</summary>
    HtmlOk,

    /// <summary>The connection is aborted; nothing applied.</summary>
    DropBefore,

    /// <summary>Applied, then the connection is aborted without a reply.</summary>
    DropAfter,

    /// <summary>Applied, then 500.</summary>
    ServerErrorAfter,

    /// <summary>Applied; the whole content length is announced, half of the body follows, then the connection is aborted.</summary>
    CutReply,

    /// <summary>Applied; the body dribbles in over 30 s.</summary>
    SlowReply,

    /// <summary>No reply until the client goes away, or 60 s; nothing applied.</summary>
    Hang,

    /// <summary>307 to another host, port 9; nothing applied.</summary>
    Redirect,

    /// <summary>Google's access: a payload with a wrong dataCrc32c. Everything else: as None.</summary>
    BadChecksum,

    /// <summary>Applied; the reply has its status and no body.</summary>
    EmptyReply,

    /// <summary>Applied; the reply is cut in the middle of its JSON, with the content length of what is sent.</summary>
    BadJson,
}
