using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FlowSecrets.Tests.Support;

/// <summary>A listener that speaks as much of PostgreSQL's protocol as a test wants. It has no TLS.</summary>
internal sealed class FakePostgres : IDisposable
{
    private const int TlsRequest = 80877103;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<NetworkStream, Task> _answer;

    /// <param name="answer">What it does once a client has said who it is.</param>
    public FakePostgres(Func<NetworkStream, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        _ = Task.Run(AcceptAsync);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>What clients sent, besides their wish for TLS.</summary>
    public ConcurrentQueue<byte[]> Received { get; } = new();

    public static Task NeverAsync(NetworkStream _) => Task.Delay(Timeout.Infinite);

    public static Task CloseAsync(NetworkStream _) => Task.CompletedTask;

    public static async Task GarbageAsync(NetworkStream stream) =>
        await stream.WriteAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"u8.ToArray());

    public static Func<NetworkStream, Task> Error(string state, string routine, string message) =>
        stream => SendErrorAsync(stream, state, routine, message);

    /// <summary>Asks for the password as it is, and repeats it in its refusal.</summary>
    public static async Task EchoAsync(NetworkStream stream)
    {
        await SendAsync(stream, 'R', [0, 0, 0, 3]);
        byte[] message = await ReadAsync(stream, 1);
        byte[] password = await ReadAsync(stream, BinaryPrimitives.ReadInt32BigEndian(await ReadAsync(stream, 4)) - 4);
        Assert.Equal((byte)'p', message[0]);
        await SendErrorAsync(stream, "XX000", "auth", $"cannot check \"{Encoding.UTF8.GetString(password).TrimEnd('\0')}\" now");
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _stop.Dispose();
    }

    private static Task SendErrorAsync(NetworkStream stream, string state, string routine, string message) =>
        SendAsync(stream, 'E', Encoding.UTF8.GetBytes($"SFATAL\0VFATAL\0C{state}\0M{message}\0R{routine}\0\0"));

    private static async Task SendAsync(NetworkStream stream, char type, byte[] body)
    {
        byte[] message = new byte[body.Length + 5];
        message[0] = (byte)type;
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), body.Length + 4);
        body.CopyTo(message, 5);
        await stream.WriteAsync(message);
    }

    private static async Task<byte[]> ReadAsync(NetworkStream stream, int count)
    {
        byte[] bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes);
        return bytes;
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
            _ = Task.Run(() => ServeAsync(client));
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            NetworkStream stream = client.GetStream();
            while (true)
            {
                byte[] body = await ReadAsync(stream, BinaryPrimitives.ReadInt32BigEndian(await ReadAsync(stream, 4)) - 4);
                if (BinaryPrimitives.ReadInt32BigEndian(body) != TlsRequest)
                {
                    Received.Enqueue(body);
                    break;
                }

                await stream.WriteAsync("N"u8.ToArray());
            }

            await _answer(stream);
        }
    }
}
