using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Rotation;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Gcp.Rotation;
using FlowSecrets.Tests.Operations.Rotation;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Soaks;

/// <summary>A rotation at one of its steps, whose versions somebody changes by hand, as in a cloud's console.</summary>
internal sealed class HandScene : IAsyncDisposable
{
    private const string Name = "s";

    /// <summary>How often what a message names is done before it must have helped.</summary>
    private const int MostFollowed = 5;

    private readonly string _store;
    private readonly HandTarget _target;
    private readonly RotationStage _stage;
    private readonly HashSet<string> _lost = new(StringComparer.Ordinal);

    private HandScene(string store, HandTarget target, RotationStage stage) => (_store, _target, _stage) = (store, target, stage);

    /// <summary>What the commands said.</summary>
    public List<string> Log { get; } = [];

    public static async Task<HandScene> StartAsync(string store, bool keepsOld)
    {
        string users = keepsOld ? ", users: [a, b], admin: root" : "";
        HandTarget target = new(keepsOld, Value("a", "first"));
        RotationStage stage = await RotationStage.StartAsync(
            store[..3].ToLowerInvariant() is var kind && kind == "loc" ? "local" : kind,
            $$"""
              root: {}
              s:
                fields: { host: { default: h }, user: { default: a }, password: { generate: { kind: password } } }
                rotate:
                  overlap: 24h
                  pending: {{(store == "GcpAlias" ? "alias" : "sibling")}}
                  target: { kind: postgres, host: host, user: user, password: password{{users}} }
            """
        );
        stage.Target = () => target;
        await stage.CreateAsync("root", "root");
        await stage.CreateAsync(Name, Value("a", "first"));
        HandScene scene = new(store, target, stage);
        if (store == "GcpAlias")
        {
            await stage.Store.MoveStageAsync(Name, Stages.Current, "1", null, default);
        }

        return scene;
    }

    /// <summary>Plays one cell.</summary>
    /// <returns>False: that hand can do nothing there.</returns>
    public async Task<bool> PlayAsync(string step, string hand, string command)
    {
        await ReachAsync(step);
        if (!await ChangeAsync(hand))
        {
            return false;
        }

        bool couldLogIn = await AnyLogsInAsync();
        await VerifyAsync(await CommandAsync(command), couldLogIn);
        return true;
    }

    public ValueTask DisposeAsync() => _stage.DisposeAsync();

    private static string Value(string user, string password) => $$"""{"host":"h","user":"{{user}}","password":"{{password}}"}""";

    private RotationSubject Subject => new(Name, _store == "GcpAlias");

    private Task<RotationView> ViewAsync() => _stage.Store.Rotation.ViewAsync(Subject, default);

    private async Task ReachAsync(string step)
    {
        // A version before, so that there is a previous one at each step.
        await _stage.RotateAsync(Name);
        _stage.Clock.Ahead += TimeSpan.FromHours(30);
        await DueAsync();
        switch (step)
        {
            case "Created" or "Applied" or "Promoted":
                (_target.FailsBeforeSet, _target.FailsAfterSet) = (step == "Created", step != "Created");
                Assert.NotNull((await _stage.RotateAsync(Name)).ErrorId);
                if (step == "Promoted")
                {
                    await _stage.Store.Rotation.PromoteAsync(await ViewAsync(), default);
                }

                break;
            case "Overlap" or "Retired":
                await _stage.RotateAsync(Name);
                if (step == "Retired")
                {
                    _stage.Clock.Ahead += TimeSpan.FromHours(30);
                    await DueAsync();
                }

                break;
        }

        _stage.Host = new TestHost();
    }

    private async Task<bool> ChangeAsync(string hand)
    {
        RotationView view = await ViewAsync();
        string? previous = view.Pending is { IsPromoted: true } promoted ? promoted.Basis : view.Record?.From;
        if (previous == view.Current)
        {
            previous = null;
        }

        string? pending = view.Pending is { IsPromoted: false } open ? open.Version : null;
        string? version = hand.Split(' ')[1..] switch
        {
            ["pending"] => pending,
            ["current"] => view.Current,
            ["previous"] => previous,
            _ => "",
        };
        try
        {
            return version is not null
                && hand switch
                {
                    ['d', 'i', 's', ..] => await SetAsync(view, version, VersionState.Disabled),
                    ['d', 'e', 's', ..] => await SetAsync(view, version, VersionState.Destroyed),
                    "unlabel pending" => await UnlabelAsync(view, version),
                    "unlabel previous" => await MoveAsync(Stages.Previous, null),
                    "pending to current" => await MoveAsync(Stages.Pending, view.Current),
                    "pending to previous" => previous is not null && await MoveAsync(Stages.Pending, previous),
                    "current to previous" => previous is not null && await MoveAsync(Stages.Current, previous),
                    _ => await WipeAsync(view),
                };
        }
        catch (FlowSecretException e) when (e.Id is ErrorIds.NotSupportedByStore or ErrorIds.VersionDestroyed or ErrorIds.VersionDisabled)
        {
            return false;
        }
    }

    private async Task<bool> SetAsync(RotationView view, string version, VersionState state)
    {
        await _stage.Store.Rotation.SetStateAsync(view, version, state, default);
        return true;
    }

    private async Task<bool> UnlabelAsync(RotationView view, string version)
    {
        if (AsideVersion.Parse(version) is not { } aside)
        {
            return await MoveAsync(Stages.Pending, null);
        }

        // Nothing is left that could tell of it.
        _lost.Add((await TextAsync(view, version))!);
        await _stage.Store.DeleteAsync(GcpAside.NameOf(Name, aside.Basis), null, default);
        return true;
    }

    private async Task<bool> MoveAsync(string stage, string? version)
    {
        if (_store == "Gcp" && stage != Stages.Previous)
        {
            // There the newest version is the current one, and pending values are elsewhere.
            return false;
        }

        await _stage.Store.MoveStageAsync(Name, stage, version, null, default);
        return true;
    }

    private async Task<bool> WipeAsync(RotationView view)
    {
        ISecretStore store = _stage.Store;
        IEnumerable<string> names = AsideVersion.Parse(view.Pending?.Version ?? "") is { } aside
            ? [Name, GcpAside.NameOf(Name, aside.Basis)]
            : [Name];
        foreach (string name in names)
        {
            SecretDescription there = (await store.DescribeAsync(name, default))!;
            await store.SetLabelsAsync(name, Emptied(there.Labels), default);
            if (store.Capabilities.Annotations)
            {
                await store.SetAnnotationsAsync(name, Emptied(there.Annotations), default);
            }
        }

        return true;
    }

    private static Dictionary<string, string> Emptied(IReadOnlyDictionary<string, string> labels) =>
        labels.Keys.ToDictionary(static k => k, static _ => "", StringComparer.Ordinal);

    private Task<RotationResult> CommandAsync(string command) =>
        command switch
        {
            "undo" => _stage.UndoAsync(Name),
            "due" => DueAsync(),
            _ => _stage.RotateAsync(Name, force: command == "force"),
        };

    private async Task<RotationResult> DueAsync()
    {
        _stage.Clock.Ahead += TimeSpan.FromHours(30);
        return (await _stage.RunAsync(new InvokeRotationOptions { Names = [Name], Due = true })).SingleOrDefault()
            ?? new RotationResult
            {
                Name = Name,
                StoreName = Name,
                Status = ItemStatus.Unchanged,
                Store = "",
                Place = "",
            };
    }

    /// <summary>What the command says is so, and what it names leads out.</summary>
    private async Task VerifyAsync(RotationResult result, bool couldLogIn)
    {
        for (int followed = 0; ; followed++)
        {
            Log.Add($"{result.Status} {result.State} {result.Version} {result.ErrorId} {result.Message}");
            await RequireTruthAsync(result);
            Assert.True(!couldLogIn || await AnyLogsInAsync(), $"no stored value logs in: {result.Message}");
            if (result.ErrorId is null || (!couldLogIn && result.ErrorId == ErrorIds.AccessDenied))
            {
                // A hand destroyed the only credential, and the target says how to get in without one.
                break;
            }

            RequireCommands(result.Message!);
            Assert.True(followed < MostFollowed, $"no way out: {result.ErrorId} {result.Message}");
            result = await FollowAsync(result);
        }

        if (result.Status is ItemStatus.Rotated or ItemStatus.Retired && result.State != nameof(RotationState.Undone))
        {
            RotationView view = await ViewAsync();
            using ReadSecret current = await _stage.Store.Rotation.ReadAsync(view, view.Current, default);
            Assert.True(_target.Accepts(current.Value), $"the current value does not log in: {result.Status} {result.State}");
            Assert.True(view is { Pending: null, Foreign: null }, "something is still pending");
        }
    }

    private async Task RequireTruthAsync(RotationResult result)
    {
        RotationView view = await ViewAsync();
        bool saysSo = result is { ErrorId: null, Status: ItemStatus.Rotated or ItemStatus.Retired, State: nameof(RotationState.Retired) };
        if (!saysSo)
        {
            return;
        }

        string now = await TextAsync(view, view.Current) ?? "";
        string[] old = [.. _target.Accepted.Where(a => a != now && !_lost.Contains(a))];
        Assert.True(
            old.Length == 0 || _stage.Host.Warnings.Exists(static w => w.Contains("still accepts", StringComparison.Ordinal)),
            $"it says Retired, and the target still accepts {old.Length} old values"
        );
    }

    private static void RequireCommands(string message)
    {
        string[] named =
        [
            .. System
                .Text.RegularExpressions.Regex.Matches(
                    message,
                    "[A-Z][a-z]+-Flow[A-Za-z]+",
                    System.Text.RegularExpressions.RegexOptions.None,
                    TimeSpan.FromSeconds(5)
                )
                .Select(static m => m.Value),
        ];
        Assert.True(
            named.Length > 0
                || message.Contains("same command", StringComparison.Ordinal)
                || message.Contains("try again", StringComparison.Ordinal),
            $"no command: {message}"
        );
        foreach (string command in named)
        {
            string file = Path.Combine(Repository.Root, "src", "FlowSecrets", "Commands", command.Replace("-", "") + ".cs");
            Assert.True(File.Exists(file), $"there is no {command}: {message}");
        }
    }

    /// <summary>Does what a message says.</summary>
    private async Task<RotationResult> FollowAsync(RotationResult result)
    {
        string message = result.Message!;
        RotationView view = await ViewAsync();
        if (message.Contains("by hand. Then rotate", StringComparison.Ordinal))
        {
            _target.KeepOnly(await TextAsync(view, view.Current) ?? "");
        }

        if (message.Contains("Set a whole value", StringComparison.Ordinal))
        {
            using SecretValue typed = SecretValue.FromText(Value("a", "typed"));
            Assert.Null(
                Assert
                    .Single(
                        await new SetSecretsOperation(_stage.Sandbox.Context).RunAsync(
                            new WriteSecretsOptions { Names = [Name], Value = typed },
                            new TestHost()
                        )
                    )
                    .ErrorId
            );
        }

        if (message.Contains("-Stage previous", StringComparison.Ordinal))
        {
            await _stage.Store.MoveStageAsync(Name, Stages.Previous, view.Record!.From, null, default);
            return await CommandAsync("undo");
        }

        if (message.Contains("-Stage pending", StringComparison.Ordinal))
        {
            await _stage.Store.MoveStageAsync(Name, Stages.Pending, view.Current, null, default);
        }

        return await CommandAsync(
            message.Contains("-Force", StringComparison.Ordinal) ? "force"
            : message.Contains("Undo-FlowSecretRotation", StringComparison.Ordinal) ? "undo"
            : "rotate"
        );
    }

    /// <summary>Whether a value that the store has, be it disabled, is accepted.</summary>
    private async Task<bool> AnyLogsInAsync()
    {
        RotationView view = await ViewAsync();
        IEnumerable<string> versions = (await _stage.Store.ListVersionsAsync(Name, default))
            .Where(static v => v.State != VersionState.Destroyed)
            .Select(static v => v.Version)
            .Concat(await _stage.Store.Rotation.LeftAsync(view, default));
        foreach (string version in versions)
        {
            if (await TextAsync(view, version) is { } text && _target.Accepted.Contains(text))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A version's value, also if it is disabled; it stays as it is.</summary>
    private async Task<string?> TextAsync(RotationView view, string version)
    {
        IRotationStore store = _stage.Store.Rotation;
        try
        {
            using ReadSecret read = await store.ReadAsync(view, version, default);
            return read.Value.RevealText(null);
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.VersionDisabled)
        {
            await store.SetStateAsync(view, version, VersionState.Enabled, default);
            try
            {
                return await TextAsync(view, version);
            }
            finally
            {
                await store.SetStateAsync(view, version, VersionState.Disabled, default);
            }
        }
        catch (FlowSecretException)
        {
            return null;
        }
    }
}
