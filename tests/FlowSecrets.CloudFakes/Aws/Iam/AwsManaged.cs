namespace FlowSecrets.CloudFakes.Aws.Iam;

/// <summary>Policies that AWS itself provides, as far as they matter for secrets.</summary>
internal static class AwsManaged
{
    private static readonly DateTimeOffset Made = new(2018, 4, 4, 18, 5, 29, TimeSpan.Zero);

    public static IReadOnlyList<AwsManagedPolicy> Provided { get; } =
    [
        Of("AdministratorAccess", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"""),
        Of(
            "SecretsManagerReadWrite",
            """{"Version":"2012-10-17","Statement":[{"Sid":"BasePermissions","Effect":"Allow","Action":"""
                + """["secretsmanager:*","kms:DescribeKey","kms:ListAliases","kms:ListKeys","tag:GetResources"],"Resource":"*"}]}"""
        ),
    ];

    private static AwsManagedPolicy Of(string name, string document) =>
        new($"arn:aws:iam::aws:policy/{name}", "ANPA" + AwsNames.Random(), name, "/", document, Made);
}
