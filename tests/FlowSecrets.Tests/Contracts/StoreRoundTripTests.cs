using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Local;
using FlowSecrets.Tests.Support;
using FlowSecrets.Tests.Transport;
using FlowSecrets.Values;
using FsCheck;
using FsCheck.Fluent;

namespace FlowSecrets.Tests.Contracts;

/// <summary>Properties of the Local store: any bytes come back, and any sequence of changes leaves what a simple model says.</summary>
public sealed class StoreRoundTripTests
{
    [Fact]
    public void AnyBytesComeBackFromAnotherProcess()
    {
        using Sandbox sandbox = new();
        int number = 0;
        Prop.ForAll(
                ArbMap.Default.ArbFor<byte[]>().Filter(static b => b.Length > 0),
                bytes =>
                {
                    string name = $"any-{number++}";
                    using SecretValue value = SecretValue.FromBytes(bytes);
                    sandbox
                        .Store()
                        .CreateAsync(name, new Dictionary<string, string>(StringComparer.Ordinal), value, default)
                        .GetAwaiter()
                        .GetResult();
                    using ReadSecret read = sandbox.FreshStore().ReadAsync(name, default, default).GetAwaiter().GetResult();
                    return read.Value.AsSpan().SequenceEqual(bytes);
                }
            )
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void AnySequenceOfChangesLeavesWhatTheModelSays()
    {
        Gen<(int Kind, int Secret, int Version)[]> steps = Gen.Choose(0, 6)
            .SelectMany(k => Gen.Choose(0, 2).SelectMany(s => Gen.Choose(1, 4).Select(v => (k, s, v))))
            .ArrayOf();
        Prop.ForAll(
                steps.ToArbitrary(),
                sequence =>
                {
                    using Sandbox sandbox = new();
                    Model model = new();
                    for (int i = 0; i < sequence.Length; i++)
                    {
                        (int kind, int secret, int version) = sequence[i];
                        ISecretStore store = sandbox.Store();
                        Assert.Equal(
                            model.Apply(kind, $"s-{secret}", version, $"v-{i}"),
                            Apply(store, kind, $"s-{secret}", version, $"v-{i}")
                        );
                        for (int s = 0; s < 3; s++)
                        {
                            Assert.Equal(
                                model.Read($"s-{s}"),
                                Answer(() => LocalStoreKeyTests.ReadAsync(store, $"s-{s}").GetAwaiter().GetResult())
                            );
                        }
                    }

                    return sandbox.FreshStore().ValidateAsync(default).Result.Readiness == StoreReadiness.Ready;
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    private static string Apply(ISecretStore store, int kind, string name, int version, string text)
    {
        using SecretValue value = SecretValue.FromText(text);
        Task Change() =>
            kind switch
            {
                0 => store.CreateAsync(name, new Dictionary<string, string>(StringComparer.Ordinal), value, default),
                1 or 2 => store.AddVersionAsync(name, value, null, null, default),
                3 => store.SetVersionStateAsync(name, $"{version}", VersionState.Disabled, default),
                4 => store.MoveStageAsync(name, Stages.Current, $"{version}", null, default),
                5 => store.DeleteAsync(name, TimeSpan.FromDays(7), default),
                _ => store.RestoreAsync(name, default),
            };
        return Answer(() =>
        {
            Change().GetAwaiter().GetResult();
            return "done";
        });
    }

    private static string Answer(Func<string> action)
    {
        try
        {
            return action();
        }
        catch (FlowSecretException e)
        {
            return e.Id;
        }
    }

    private sealed class Model
    {
        private readonly Dictionary<string, Secret> _secrets = new(StringComparer.Ordinal);

        public string Apply(int kind, string name, int version, string text)
        {
            bool exists = _secrets.TryGetValue(name, out Secret? secret);
            if (kind == 0)
            {
                if (exists)
                {
                    return secret!.Deleted ? ErrorIds.PendingDeletion : ErrorIds.SecretExists;
                }

                _secrets.Add(name, new Secret { Values = { text }, Current = 1 });
                return "done";
            }

            if (!exists)
            {
                return ErrorIds.SecretNotFound;
            }

            if (kind == 6)
            {
                secret!.Deleted = false;
                return "done";
            }

            if (secret!.Deleted)
            {
                return ErrorIds.PendingDeletion;
            }

            switch (kind)
            {
                case 1 or 2:
                    secret.Values.Add(text);
                    secret.Current = secret.Values.Count;
                    return "done";
                case 5:
                    secret.Deleted = true;
                    return "done";
            }

            if (version > secret.Values.Count)
            {
                return ErrorIds.VersionNotFound;
            }

            if (kind == 3)
            {
                secret.Disabled.Add(version);
            }
            else if (secret.Disabled.Contains(version))
            {
                return ErrorIds.VersionDisabled;
            }
            else
            {
                secret.Current = version;
            }

            return "done";
        }

        public string Read(string name) =>
            !_secrets.TryGetValue(name, out Secret? secret) ? ErrorIds.SecretNotFound
            : secret.Deleted ? ErrorIds.PendingDeletion
            : secret.Disabled.Contains(secret.Current) ? ErrorIds.VersionDisabled
            : secret.Values[secret.Current - 1];

        private sealed class Secret
        {
            public List<string> Values { get; } = [];

            public HashSet<int> Disabled { get; } = [];

            public int Current { get; set; }

            public bool Deleted { get; set; }
        }
    }
}
