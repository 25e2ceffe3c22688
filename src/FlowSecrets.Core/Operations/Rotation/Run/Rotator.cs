namespace FlowSecrets.Operations.Rotation.Run;

/// <summary>Who rotates: the CI run or the person, as the record and the journal name him.</summary>
internal static class Rotator
{
    public static string Of(Func<string, string?> variable) =>
        variable("GITHUB_RUN_ID") is { } run ? $"github {variable("GITHUB_REPOSITORY")} run {run}"
        : variable("BUILD_BUILDID") is { } build ? $"azure {variable("SYSTEM_TEAMPROJECT")} build {build}"
        : variable("CI_PIPELINE_ID") is { } pipeline ? $"gitlab {variable("CI_PROJECT_PATH")} pipeline {pipeline}"
        : variable("KUBERNETES_SERVICE_HOST") is not null ? $"pod {Environment.MachineName}"
        : $"{Environment.UserName}@{Environment.MachineName}";
}
