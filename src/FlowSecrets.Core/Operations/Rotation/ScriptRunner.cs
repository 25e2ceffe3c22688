using System.Buffers;
using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FlowSecrets.Transport;

namespace FlowSecrets.Operations.Rotation;

/// <summary>Runs one script of the catalog, without a shell. Values go through its standard input alone; what it prints is shown only as its last word on a failure, without them.</summary>
internal sealed class ScriptRunner(string script, string operation, string secret)
{
    private const int Rejected = 10;
    private const int ShortestConcealed = 4;

    /// <summary>For one run.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Why a script cannot be run; null: it can.</summary>
    public static string? Problem(string script) =>
        !File.Exists(script) ? $"There is no script '{script}'"
        : !IsPowerShell(script) && !OperatingSystem.IsWindows() && (File.GetUnixFileMode(script) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) == UnixFileMode.None ? $"The script '{script}' is not executable"
        : null;

    /// <param name="more">Further values: a list by its name, a single one for 'current'.</param>
    /// <returns>Whether the value is accepted.</returns>
    /// <exception cref="FlowSecretException">RotationNotConfigured, TargetUnavailable.</exception>
    public async Task<bool> RunAsync(SecretValue value, (string Name, IReadOnlyList<SecretValue> Values)? more, CancellationToken cancellationToken)
    {
        if (Problem(script) is { } problem)
        {
            throw new FlowSecretException(ErrorIds.RotationNotConfigured, FlowErrorCategory.ObjectNotFound, secret, problem, "Correct the path in the catalog, or make the script executable: chmod +x FILE");
        }

        ArrayBufferWriter<byte> input = new();
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            Write(input, value, more);
            using Process process = Start();
            try
            {
                Task<string> errors = process.StandardError.ReadToEndAsync(limit.Token);
                Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
                await FeedAsync(process, input.WrittenMemory, limit.Token);
                await Task.WhenAll(errors, output, process.WaitForExitAsync(limit.Token));
                return process.ExitCode switch
                {
                    0 => true,
                    Rejected => false,
                    int code => throw Failed($"ended with exit code {code}{LastWord(await errors, [value, .. more?.Values ?? []])}"),
                };
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw Failed($"did not end in {Limit.TotalSeconds:0} seconds");
            }
            finally
            {
                Kill(process);
            }
        }
        finally
        {
            Wipe(input);
        }
    }

    private static bool IsPowerShell(string path) => Path.GetExtension(path).Equals(".ps1", StringComparison.OrdinalIgnoreCase);

    private Process Start()
    {
        ProcessStartInfo info = new() { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, CreateNoWindow = true, WorkingDirectory = Path.GetDirectoryName(script)! };
        if (IsPowerShell(script))
        {
            info.FileName = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "pwsh" ? Environment.ProcessPath! : "pwsh";
            Array.ForEach(["-NoProfile", "-NonInteractive", "-File", script], info.ArgumentList.Add);
        }
        else
        {
            info.FileName = script;
        }

        info.Environment["FLOWSECRETS_OPERATION"] = operation;
        try
        {
            return Process.Start(info)!;
        }
        catch (Win32Exception e)
        {
            throw new FlowSecretException(ErrorIds.RotationNotConfigured, FlowErrorCategory.InvalidOperation, secret, $"The script '{script}' cannot be started", "Begin it with a line such as '#!/usr/bin/env python3', or name a .ps1 (which needs pwsh on the PATH).", e);
        }
    }

    private static async Task FeedAsync(Process process, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input, cancellationToken);
            await process.StandardInput.BaseStream.FlushAsync(cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading; its exit code says what it thinks.
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It ended meanwhile.
        }
    }

    private void Write(ArrayBufferWriter<byte> input, SecretValue value, (string Name, IReadOnlyList<SecretValue> Values)? more)
    {
        using Utf8JsonWriter writer = new(input);
        writer.WriteStartObject();
        writer.WriteString("secret", secret);
        writer.WritePropertyName("value");
        WriteValue(writer, value);
        if (more is { } further)
        {
            writer.WritePropertyName(further.Name);
            if (further.Name == "current")
            {
                WriteValue(writer, further.Values[0]);
            }
            else
            {
                writer.WriteStartArray();
                foreach (SecretValue one in further.Values)
                {
                    WriteValue(writer, one);
                }

                writer.WriteEndArray();
            }
        }

        writer.WriteEndObject();
    }

    /// <summary>A JSON object as it is, text as a string, all else as base64.</summary>
    private static void WriteValue(Utf8JsonWriter writer, SecretValue value)
    {
        if (IsObject(value))
        {
            writer.WriteRawValue(value.AsSpan());
        }
        else if (value.IsText())
        {
            writer.WriteStringValue(value.AsSpan());
        }
        else
        {
            writer.WriteStartObject();
            writer.WriteBase64String("base64", value.AsSpan());
            writer.WriteEndObject();
        }
    }

    private static bool IsObject(SecretValue value)
    {
        try
        {
            Utf8JsonReader reader = new(value.AsSpan());
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject && reader.TrySkip() && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The last line that it wrote to its errors, with every value concealed however it is written.</summary>
    private static string LastWord(string errors, IReadOnlyList<SecretValue> values)
    {
        string? line = errors.Split('\n').Select(static l => l.Trim()).LastOrDefault(static l => l.Length > 0);
        if (line is null)
        {
            return "";
        }

        foreach (string form in values.SelectMany(Forms).Where(static f => f.Length >= ShortestConcealed).Distinct(StringComparer.Ordinal).OrderByDescending(static f => f.Length))
        {
            line = line.Replace(form, SecretValue.Mask, StringComparison.OrdinalIgnoreCase);
        }

        return RemoteText.Quote(line);
    }

    private static IEnumerable<string> Forms(SecretValue value)
    {
        List<string> texts = [];
        if (value.IsText())
        {
            texts.Add(value.RevealText(null));
            texts.AddRange(texts[0].Split('\n', StringSplitOptions.TrimEntries));
            if (IsObject(value))
            {
                texts.AddRange(JsonNode.Parse(value.AsSpan())!.AsObject().Select(static m => m.Value?.ToString() ?? ""));
            }
        }

        return texts
            .SelectMany(static t => new[] { t, JsonEncodedText.Encode(t).ToString(), Uri.EscapeDataString(t), Convert.ToBase64String(Encoding.UTF8.GetBytes(t)), Convert.ToBase64String(Encoding.UTF8.GetBytes(t)).TrimEnd('=') })
            .Append(Convert.ToBase64String(value.AsSpan()))
            .Append(Convert.ToHexString(value.AsSpan()));
    }

    private static void Wipe(ArrayBufferWriter<byte> input)
    {
        if (System.Runtime.InteropServices.MemoryMarshal.TryGetArray(input.WrittenMemory, out ArraySegment<byte> written))
        {
            CryptographicOperations.ZeroMemory(written.AsSpan());
        }
    }

    private FlowSecretException Failed(string how) => new(
        ErrorIds.TargetUnavailable,
        FlowErrorCategory.ResourceUnavailable,
        secret,
        $"The script '{Path.GetFileName(script)}' ({operation} for '{secret}') {how}",
        "Whether it took effect is found out by the next run: mend the script, then run the same command again.");
}
