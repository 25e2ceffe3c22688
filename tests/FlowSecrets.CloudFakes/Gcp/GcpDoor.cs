namespace FlowSecrets.CloudFakes.Gcp;

/// <summary>What stands before the service: who asks, whether the project exists and has the API.</summary>
internal sealed class GcpDoor(GcpFakeOptions options, GcpProjects projects)
{
    public void Check(GcpCall call)
    {
        if (options.RequiredToken is { } required && Token(call) is var token && token != required)
        {
            throw GcpError.Unauthenticated(token is not null);
        }

        if (call.Path == GcpPath.None)
        {
            return;
        }

        if (options.KnownProjects is { } known && !known.Contains(call.Path.Project, StringComparer.Ordinal) && !known.Select(projects.NumberOf).Contains(call.Path.Project, StringComparer.Ordinal))
        {
            throw GcpError.UnknownProject(call.Path.Project);
        }

        if (!options.ApiEnabled)
        {
            throw GcpError.Disabled(projects.NumberOf(call.Path.Project));
        }

        if (call.Path.Location is { } location && !options.Locations.Contains(location, StringComparer.Ordinal))
        {
            throw GcpError.Format($"Location [{location}] is not supported.");
        }
    }

    private static string? Token(GcpCall call)
    {
        const string Scheme = "Bearer ";
        return call.Request.Headers.TryGetValue("Authorization", out string? header) && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..] : null;
    }
}

/// <summary>Projects have an id, which people use, and a number, which replies have.</summary>
internal sealed class GcpProjects(string first)
{
    private const string FirstNumber = "123456789";

    /// <returns>The same number for the same id, always.</returns>
    public string NumberOf(string project)
    {
        if (project == first)
        {
            return FirstNumber;
        }

        if (project.Length > 0 && project.All(char.IsAsciiDigit))
        {
            return project;
        }

        ulong hash = 14695981039346656037;
        foreach (char c in project)
        {
            hash = (hash ^ c) * 1099511628211;
        }

        return (100_000_000_000 + (hash % 900_000_000_000)).ToString();
    }
}
