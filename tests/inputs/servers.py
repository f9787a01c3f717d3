"""Servers that misbehave: one that refuses every password, one that hangs up half-way."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """The port on which every connection is given to `serve`."""
    door = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            try:
                guest, _ = door.accept()
            except OSError:
                return
            threading.Thread(target=_served, args=(serve, guest), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield door.getsockname()[1]
    finally:
        door.close()


def _served(serve: Callable[[socket.socket], None], guest: socket.socket) -> None:
    with guest:
        try:
            serve(guest)
        except OSError:
            return


def refuses(guest: socket.socket) -> None:
    """PostgreSQL's way of asking for a password and not liking it; its complaint repeats the password."""
    while True:
        length, code = struct.unpack("!ii", guest.recv(8, socket.MSG_WAITALL))
        guest.recv(length - 8, socket.MSG_WAITALL) if length > 8 else b""
        if code == 196608:  # the start of a session, protocol 3.0; anything else asks for encryption
            break
        guest.sendall(b"N")
    guest.sendall(b"R" + struct.pack("!ii", 8, 3))
    kind, length = struct.unpack("!ci", guest.recv(5, socket.MSG_WAITALL))
    assert kind == b"p"
    password = guest.recv(length - 4, socket.MSG_WAITALL).rstrip(b"\0")
    complaint = b"SFATAL\0C28P01\0Mpassword authentication failed with " + password + b"\0\0"
    guest.sendall(b"E" + struct.pack("!i", len(complaint) + 4) + complaint)


def hangs_up(host: str, port: int, after: int) -> Callable[[socket.socket], None]:
    """A go-between to a real server that drops the line once `after` bytes have come back from it."""

    def serve(guest: socket.socket) -> None:
        with socket.create_connection((host, port)) as server:
            threading.Thread(target=_pass_on, args=(guest, server), daemon=True).start()
            left = after
            while left > 0:
                data = server.recv(min(4096, left))
                if not data:
                    return
                guest.sendall(data)
                left -= len(data)
            guest.shutdown(socket.SHUT_RDWR)

    return serve


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(4096):
            target.sendall(data)
    except OSError:
        return
