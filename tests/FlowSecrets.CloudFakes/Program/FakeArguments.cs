using System.Globalization;

namespace FlowSecrets.CloudFakes.Program;

/// <summary>What the command line asks for.</summary>
internal sealed record FakeArguments(bool Gcp, bool Aws)
{
    public const string Usage = """
        FlowSecrets.CloudFakes gcp|aws|both
            [--gcp-port N] [--aws-port N]     default: a free port
            [--latency MS]                    waited before every reply
            [--secrets N]                     secrets bench-1 to bench-N are there from the start
            [--convergence MS]                how long Google's `latest`, lists and states lag behind
            [--quotas]                        the clouds' request rates are held
            [--ready-file PATH]               written when both listen: {"gcp": "http://...", "aws": "http://..."}
            [--parent PID]                    ends when that process ends
            [--until-stdin-closes]            ends when its input is closed
        """;

    public int GcpPort { get; private set; }

    public int AwsPort { get; private set; }

    public TimeSpan Latency { get; private set; }

    public int Secrets { get; private set; }

    public TimeSpan Convergence { get; private set; }

    public bool Quotas { get; private set; }

    public string? ReadyFile { get; private set; }

    public int? Parent { get; private set; }

    public bool UntilStdinCloses { get; private set; }

    /// <returns>Null: it cannot be understood.</returns>
    public static FakeArguments? Parse(IReadOnlyList<string> words)
    {
        FakeArguments? arguments = (words.Count > 0 ? words[0] : "") switch
        {
            "gcp" => new FakeArguments(true, false),
            "aws" => new FakeArguments(false, true),
            "both" => new FakeArguments(true, true),
            _ => null,
        };
        for (int i = 1; arguments is not null && i < words.Count; i++)
        {
            bool takesValue = words[i] is not ("--quotas" or "--until-stdin-closes");
            string? value = takesValue && i + 1 < words.Count ? words[++i] : null;
            if (takesValue == value is null || !arguments.Set(takesValue ? words[i - 1] : words[i], value ?? ""))
            {
                return null;
            }
        }

        return arguments;
    }

    private bool Set(string name, string value)
    {
        bool isNumber = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number);
        switch (name)
        {
            case "--quotas":
                return Quotas = true;
            case "--until-stdin-closes":
                return UntilStdinCloses = true;
            case "--ready-file":
                ReadyFile = value;
                return value.Length > 0;
            case "--gcp-port":
                GcpPort = number;
                break;
            case "--aws-port":
                AwsPort = number;
                break;
            case "--latency":
                Latency = TimeSpan.FromMilliseconds(number);
                break;
            case "--secrets":
                Secrets = number;
                break;
            case "--convergence":
                Convergence = TimeSpan.FromMilliseconds(number);
                break;
            case "--parent":
                Parent = number;
                break;
            default:
                return false;
        }

        return isNumber;
    }
}
