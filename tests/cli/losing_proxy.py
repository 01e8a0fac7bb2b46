#!/usr/bin/python3
"""losing_proxy.py PORT LOSSES: a wire to 127.0.0.1:PORT that loses answers.

Prints its own port. Of the first LOSSES connections it passes everything on to
the server, but cuts the line when the first answer to a call comes back.
"""
import socket
import sys
import threading

HEADERS = 1  # the HTTP/2 frame that an answer begins with


def forward(source, target):
    while data := source.recv(65536):
        target.sendall(data)
    target.shutdown(socket.SHUT_WR)


def exactly(source, count):
    data = b""
    while len(data) < count:
        more = source.recv(count - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def forward_until_answer(source, target):
    while True:
        head = exactly(source, 9)
        if head[3] == HEADERS:
            return
        target.sendall(head + exactly(source, int.from_bytes(head[:3], "big")))


def serve(client, lossy):
    with client, socket.create_connection(("127.0.0.1", port)) as server:
        threading.Thread(
            target=quietly, args=(forward, client, server), daemon=True).start()
        quietly(forward_until_answer if lossy else forward, server, client)
        client.shutdown(socket.SHUT_RDWR)


def quietly(function, *arguments):
    try:
        function(*arguments)
    except (OSError, EOFError):
        pass


port, losses = int(sys.argv[1]), int(sys.argv[2])
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    connection, _ = listener.accept()
    threading.Thread(
        target=quietly, args=(serve, connection, losses > 0), daemon=True).start()
    losses -= 1
