using FlowSecrets.Catalogs;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Values;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.Rotation.Run;

/// <summary>Makes the values of a rotation: the new one, what the carriers get of it, and what an environment variable carries.</summary>
internal static class RotationValues
{
    /// <summary>A value that nobody has had before.</summary>
    /// <param name="current">Whose other fields it takes over; null: it does not exist any more, and the secret has no fields.</param>
    /// <param name="given">A person's own; null: made.</param>
    public static SecretValue New(RotationUnit unit, SecretValue? current, SecretValue? given)
    {
        CatalogSecret definition = unit.Definition;
        CatalogTarget? target = unit.Rotation.Target;
        if (definition.Fields.Count == 0)
        {
            return given?.Clone() ?? Make(definition.Generate, unit, null);
        }

        JsonSecret members = JsonSecret.Parse(current!, unit.Secret.StoreName);
        string[] fields = target?.Password is { } password
            ? [password]
            : [.. definition.Fields.Where(static f => f.Generate is not null).Select(static f => f.Name)];
        if (fields.Length == 0)
        {
            throw NothingToMake(unit, null);
        }

        if (given is not null && fields.Length > 1)
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                unit.Secret.StoreName,
                $"'{definition.Key}' has several fields that are rotated ({string.Join(", ", fields)}), and one value was given",
                "Leave the value out, or name the one field in the catalog: rotate: { target: { password: FIELD } }"
            );
        }

        foreach (string field in fields)
        {
            using SecretValue made = given?.Clone() ?? Make(definition.Field(field)?.Generate, unit, field);
            members.Set(field, made.RevealText(unit.Secret.StoreName));
        }

        if (target is { Users: [var first, var second], User: { } user })
        {
            members.Set(user, members.Text(user) == first ? second : first);
        }

        return members.Write();
    }

    /// <summary>What a carrier holds beside, with the credential of the unit's value.</summary>
    /// <param name="carriers">Its value now; null: it does not exist any more, and the carrier has no fields.</param>
    public static SecretValue ForCarrier(RotationUnit unit, CatalogCarrier carrier, SecretValue? carriers, SecretValue value, string name)
    {
        string secret = Password(unit, value);
        if (carrier.Password is null)
        {
            return SecretValue.FromText(secret);
        }

        JsonSecret members = JsonSecret.Parse(carriers!, name);
        members.Set(carrier.Password, secret);
        if (carrier.User is not null && unit.Rotation.Target?.User is { } user)
        {
            members.Set(carrier.User, JsonSecret.Parse(value, unit.Secret.StoreName).RequiredText(user));
        }

        return members.Write();
    }

    /// <summary>The part of a value that is secret: the password's field, the one generated field, or all of it.</summary>
    public static string Password(RotationUnit unit, SecretValue value)
    {
        string? field =
            unit.Rotation.Target?.Password
            ?? unit.Definition.Fields.Where(static f => f.Generate is not null).Select(static f => f.Name).FirstOrDefault();
        return field is null
            ? value.RevealText(unit.Secret.StoreName)
            : JsonSecret.Parse(value, unit.Secret.StoreName).Text(field)
                ?? throw new FlowSecretException(
                    ErrorIds.FieldNotFound,
                    unit.Secret.StoreName,
                    $"The value of '{unit.Secret.StoreName}' has no field '{field}'",
                    $"Set it first: {Shell($"Set-FlowSecret {unit.Secret.Argument} -Field {field}")}"
                );
    }

    private static SecretValue Make(GenerateSpec? rule, RotationUnit unit, string? field)
    {
        using GeneratedSecret made = SecretGenerator.Generate(rule ?? throw NothingToMake(unit, field));
        return made.Value.Clone();
    }

    private static FlowSecretException NothingToMake(RotationUnit unit, string? field) =>
        new(
            ErrorIds.RotationNotConfigured,
            unit.Secret.StoreName,
            $"The catalog has no 'generate' for '{unit.Definition.Key}{(field is null ? "" : "." + field)}', so a rotation cannot make "
                + $"a new value",
            "Add it to the catalog: generate: { kind: password }; or rotate by hand: rotate: { target: { kind: manual } }"
        );
}
