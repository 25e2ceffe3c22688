using System.Security.Cryptography;
using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Ports;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.Secrets;

/// <summary>Where a value comes from that is not given as such.</summary>
internal enum ValueOrigin
{
    File,
    Variable,
    StandardInput,
}

/// <summary>A file, an environment variable or the standard input that holds a value.</summary>
/// <param name="Name">The absolute path or the variable's name; unused for standard input.</param>
/// <param name="TrimNewline">Take one newline off the end.</param>
internal sealed record ValueSource(ValueOrigin Origin, string Name, bool TrimNewline)
{
    /// <returns>The value; the caller disposes of it.</returns>
    /// <exception cref="FlowSecretException">BadInput, BadArgument, FileUnsafe, LimitReached.</exception>
    public SecretValue Read(OperationContext context, IOperationHost host)
    {
        if (Origin == ValueOrigin.Variable)
        {
            return context.Variable(Name) is { } text
                ? SecretValue.FromText(text)
                : throw new FlowSecretException(
                    ErrorIds.BadArgument,
                    Name,
                    $"The environment variable '{Name}' is not set, or is empty",
                    "Set it for this step, or give the value another way."
                );
        }

        byte[] bytes = Origin == ValueOrigin.File ? FileReader.Named(Name, FileReader.ValueLimit) : StandardInput(context);
        try
        {
            return FromBytes(bytes, host);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private SecretValue FromBytes(ReadOnlySpan<byte> content, IOperationHost host)
    {
        if (FileReader.HasMark(content))
        {
            host.Warning(
                "The value begins with a byte order mark, which is kept. If it is not meant, save the file as UTF-8 without a mark "
                    + "(Set-Content -Encoding utf8NoBOM) and give the value again."
            );
        }

        if (FileReader.LooksLikeUtf16(content))
        {
            host.Warning(
                "The value looks like text in UTF-16, whose zero bytes are kept. If it is not meant, save the file as UTF-8 "
                    + "(Set-Content -Encoding utf8NoBOM) and give the value again."
            );
        }

        if (TrimNewline && content.EndsWith("\n"u8))
        {
            content = content.EndsWith("\r\n"u8) ? content[..^2] : content[..^1];
        }
        else if (content.Length > 1 && content.IndexOf((byte)'\n') == content.Length - 1)
        {
            host.Warning("The value ends in a newline, which is kept. If it is not meant, give the value again with -TrimNewline.");
        }

        return SecretValue.FromBytes(content);
    }

    private static byte[] StandardInput(OperationContext context)
    {
        using Stream input = context.StandardInput();
        return FileReader.Bounded(input, "standard input", FileReader.ValueLimit);
    }
}
