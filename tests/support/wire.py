"""HTTP by hand: what clients would mend, or refuse to send."""

import socket
from pathlib import Path


def say(port, head, *pieces, method="GET", host=None, timeout=30):
    """Status, headers (lower case) and body of the answer to a request of these lines.

    `head` is the target with further header lines behind it, each after a line end.
    """
    target, *lines = head.split("\n")
    lines = [f"Host: {host or f'127.0.0.1:{port}'}", "Connection: close", *lines]
    request = "\r\n".join([f"{method} {target} HTTP/1.1", *lines, "", ""]).encode()
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as line:
        try:
            for piece in (request, *pieces):
                line.sendall(piece)
        except OSError:
            pass  # it has answered, and hung up
        return answer(line)


def answer(line):
    """The answer on a connection, read to its end. A status of 0: there is none."""
    read = bytearray()
    try:
        while piece := line.recv(65_536):
            read += piece
    except ConnectionResetError:
        pass
    head, _, body = bytes(read).partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines)}
    return int(status.split(" ")[1]) if status else 0, headers, body


def ended(line, seconds):
    """Whether the other side hangs up in this time, whatever it says before."""
    line.settimeout(seconds)
    try:
        while line.recv(65_536):
            pass
    except TimeoutError:
        return False
    except OSError:
        pass
    return True


def memory(pid):
    """Bytes that a process has in memory."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))
