namespace FlowSecrets.CloudFakes.Hosting;

/// <summary>A request whose operation is known.</summary>
internal abstract record Call(string Operation, string? Secret, ApiRequest Request);
