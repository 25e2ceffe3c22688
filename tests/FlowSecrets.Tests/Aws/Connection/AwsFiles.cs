using System.Runtime.CompilerServices;

namespace FlowSecrets.Tests.Aws.Connection;

/// <summary>
/// The AWS configuration of this process's tests, which is nobody's own. The SDK decides once where the files are, and takes variables that
/// name absent ones for unset, so all tests share one configuration, written before any of them runs.
/// </summary>
internal static class AwsFiles
{
    private const string Config = """
        [profile place-region]
        region = eu-west-2

        [profile place-endpoint]
        region = eu-west-2
        endpoint_url = http://127.0.0.1:71/

        [profile place-services]
        region = eu-west-2
        endpoint_url = http://127.0.0.1:71/
        services = place-local

        [services place-local]
        secrets_manager =
          endpoint_url = http://127.0.0.1:72/

        [profile place-ignores]
        region = eu-west-2
        ignore_configured_endpoint_urls = true
        endpoint_url = http://127.0.0.1:71/

        [profile place-plain]
        region = eu-west-2
        endpoint_url = http://elsewhere:71/

        [profile identity-empty]
        region = eu-west-1

        [profile identity-process]
        region = eu-west-1
        credential_process = no-such-program-of-flowsecrets CANARY-7f3a

        [profile chain-process]
        region = eu-west-1
        credential_process = echo '{"Version":1,"AccessKeyId":"AKID'$(env | grep -c ^FLOWSECRETS_PASS)'","SecretAccessKey":"s"}'

        [profile chain-process-role]
        region = eu-west-1
        role_arn = arn:aws:iam::123456789012:role/reader
        source_profile = chain-process

        [profile chain-process-two-roles]
        region = eu-west-1
        role_arn = arn:aws:iam::123456789012:role/reader
        source_profile = chain-process-role

        [profile chain-role]
        region = eu-west-1
        role_arn = arn:aws:iam::123456789012:role/reader
        source_profile = chain-source

        """;

    private const string Credentials = """
        [identity-keys]
        aws_access_key_id = AKIDPROFILE
        aws_secret_access_key = s

        [chain-source]
        aws_access_key_id = AKIDSOURCE
        aws_secret_access_key = s

        """;

    [ModuleInitializer]
    internal static void Write()
    {
        string folder = Directory.CreateTempSubdirectory("flowsecrets-aws-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        Set("AWS_CONFIG_FILE", "config", Config);
        Set("AWS_SHARED_CREDENTIALS_FILE", "credentials", Credentials);

        void Set(string variable, string name, string text)
        {
            string file = Path.Combine(folder, name);
            File.WriteAllText(file, text);
            Environment.SetEnvironmentVariable(variable, file);
        }
    }
}
