using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Aws.SecretsManager;

/// <summary>GetRandomPassword.</summary>
internal static class AwsPasswordOperation
{
    private const string Lower = "abcdefghijklmnopqrstuvwxyz";
    private const string Upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const string Digits = "0123456789";
    private const string Punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    public static AwsResult Make(AwsRegion region, JsonObject body)
    {
        _ = region;
        int length = body.Number("PasswordLength", 1, 4096) ?? 32;
        string excluded = body.Text("ExcludeCharacters", 0, 4096) ?? "";
        bool needsEach = body["RequireEachIncludedType"] is null || body.Flag("RequireEachIncludedType");
        string[] kinds =
        [
            .. new[]
            {
                body.Flag("ExcludeLowercase") ? "" : Lower,
                body.Flag("ExcludeUppercase") ? "" : Upper,
                body.Flag("ExcludeNumbers") ? "" : Digits,
                body.Flag("ExcludePunctuation") ? "" : Punctuation,
                body.Flag("IncludeSpace") ? " " : "",
            }
                .Select(k => string.Concat(k.Where(c => !excluded.Contains(c))))
                .Where(static k => k.Length > 0),
        ];
        if (kinds.Length == 0)
        {
            throw AwsError.Parameter("You must include at least one character type.");
        }

        if (needsEach && length < kinds.Length)
        {
            throw AwsError.Parameter("Password length is too short based on the required types.");
        }

        char[] password =
        [
            .. (needsEach ? kinds : []).Select(static k => RandomNumberGenerator.GetItems<char>(k, 1)[0]),
            .. RandomNumberGenerator.GetItems<char>(string.Concat(kinds), needsEach ? length - kinds.Length : length),
        ];
        RandomNumberGenerator.Shuffle<char>(password);
        return new AwsResult(new JsonObject { ["RandomPassword"] = new string(password) });
    }
}
