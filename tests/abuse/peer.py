"""A hostile HTTP/2 peer: h2 where it is to behave, plain frames where not."""
import os
import socket
import struct
import time

import h2.config
import h2.connection
import h2.events
import h2.exceptions
import h2.settings
import hpack

DATA, HEADERS, RST_STREAM, SETTINGS, PING, CONTINUATION = 0, 1, 3, 4, 6, 9
END_STREAM, END_HEADERS = 1, 4
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SERVER = os.environ["SERVER"]  # host:port


def connect(timeout=10):
    host, port = SERVER.rsplit(":", 1)
    return socket.create_connection((host.strip("[]"), int(port)), timeout)


def frame(kind, flags, stream, payload=b""):
    return (struct.pack(">I", len(payload))[1:]
            + struct.pack(">BBI", kind, flags, stream) + payload)


def call_headers(method, token=None, **changed):
    """Those of a gRPC call; a changed value of None leaves one out."""
    headers = {
        ":method": "POST", ":scheme": "http", ":authority": "localhost",
        ":path": "/turbomessage.v1." + method, "te": "trailers",
        "content-type": "application/grpc",
    }
    if token:
        headers["authorization"] = "Bearer " + token
    headers.update({k.replace("__", ":").replace("_", "-"): v
                    for k, v in changed.items()})
    return [(k, v) for k, v in headers.items() if v is not None]


def block(headers):
    """A header block that changes no table: it means the same every time."""
    encoder = hpack.Encoder()
    encoder.header_table_size = 0
    return encoder.encode([hpack.NeverIndexedHeaderTuple(*h) for h in headers],
                          huffman=False)[1:]  # without the change of size


def message(payload=b""):
    """A gRPC message that is not compressed."""
    return b"\0" + struct.pack(">I", len(payload)) + payload


def text_field(number, text):
    """A protobuf field of text."""
    data = text.encode()
    assert len(data) < 128
    return bytes([number << 3 | 2, len(data)]) + data


class Raw:
    """A connection that sends what it likes and reads only when told to."""

    def __init__(self, settings=b""):
        self.socket = connect()
        self.socket.sendall(PREFACE + frame(SETTINGS, 0, 0, settings))

    def send(self, data, seconds=10):
        """False where the server took no more of it: closed, or it waits."""
        self.socket.settimeout(seconds)
        try:
            self.socket.sendall(data)
        except OSError:
            return False
        return True

    def learn(self):
        """Has the server's limits count, by acknowledging its settings."""
        self.socket.settimeout(5)
        self.socket.recv(1 << 16)
        self.send(frame(SETTINGS, 1, 0))

    def closed(self, seconds):
        """Whether the server closes within this time; reads all it sends."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                if not self.socket.recv(1 << 16):
                    return True
            except socket.timeout:
                return False
            except OSError:
                return True
        return False

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)  # another thread may read
        except OSError:
            pass
        self.socket.close()


class Client:
    """A connection that keeps to HTTP/2, with what it was told per stream. It
    gives no window back, so that replies have to be small."""

    def __init__(self, window=None):
        self.socket = connect()
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(
            validate_outbound_headers=False, normalize_outbound_headers=False,
            header_encoding="utf-8"))
        self.h2.initiate_connection()
        if window is not None:
            self.h2.update_settings(
                {h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: window})
        self.statuses = {}  # of streams that ended: grpc-status, or None
        self.gone = self.told = False
        self.flush()

    def learn(self):
        """Waits for the server's settings, which count once they are
        acknowledged."""
        self.pump(5, lambda: self.told)

    def flush(self):
        try:
            self.socket.sendall(self.h2.data_to_send())
        except OSError:
            self.gone = True

    def open(self, headers, body=None, end=True):
        stream = self.h2.get_next_available_stream_id()
        self.h2.send_headers(stream, headers)
        if body is not None:
            self.h2.send_data(stream, body, end_stream=end)
        self.flush()
        return stream

    def pump(self, seconds, until=lambda: False):
        end = time.monotonic() + seconds
        while not self.gone and not until():
            left = end - time.monotonic()
            if left <= 0:
                return
            self.socket.settimeout(left)
            try:
                data = self.socket.recv(1 << 16)
                self.gone = not data
                events = self.h2.receive_data(data)
            except socket.timeout:
                return
            except (OSError, h2.exceptions.ProtocolError):
                self.gone = True
                return
            for event in events:
                self.handle(event)
            self.flush()

    def handle(self, event):
        if isinstance(event, h2.events.ConnectionTerminated):
            self.gone = True
        elif isinstance(event, h2.events.RemoteSettingsChanged):
            self.told = True
        elif isinstance(event, (h2.events.TrailersReceived,
                                h2.events.ResponseReceived)):
            told = dict(event.headers)
            if "grpc-status" in told:
                self.statuses[event.stream_id] = int(told["grpc-status"])
        elif isinstance(event, (h2.events.StreamReset,
                                h2.events.StreamEnded)):
            self.statuses.setdefault(event.stream_id)

    def call(self, method, body=b"", token=None, seconds=10, **changed):
        """The status of one call: a number; None where it was reset."""
        stream = self.open(call_headers(method, token, **changed),
                           message(body))
        self.pump(seconds, lambda: stream in self.statuses)
        if stream not in self.statuses:
            return "closed" if self.gone else "silent"
        return self.statuses[stream]

    def close(self):
        self.socket.close()
