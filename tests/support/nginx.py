"""The real nginx of Debian, with ops/nginx.conf: its name, ports and certificate are the
tests' own, all else is what the file says."""

import contextlib
import datetime
import os
import shutil
import ssl
import subprocess
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from places import ROOT

from netspace.stack import ports

NAME = "localhost"
OUTER = """
daemon off;
pid {folder}/pid;
error_log {folder}/error.log warn;
worker_processes 1;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/proxied;
    fastcgi_temp_path {folder}/a;
    uwsgi_temp_path {folder}/b;
    scgi_temp_path {folder}/c;
    include {folder}/netspace.conf;
}}
"""


def installed():
    """nginx's program, if there is one; Debian keeps it where only root looks."""
    return shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")


def free_ports(count):
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(ports.reserve()) for _ in range(count)]
        return [one.getsockname()[1] for one in held]


def certify(folder):
    """A certificate of NAME that nobody else vouches for; a context that believes it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "certificate.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return ssl.create_default_context(cafile=pem)


class Proxy:
    """nginx before a server of this machine, by TLS and below a path.

    Args:
        tls, plain: the ports that it listens on.
        behind: the server's.
    """

    def __init__(self, folder, tls, plain, behind):
        self.tls, self.plain, self._folder = tls, plain, folder
        self.trust = certify(folder)
        text = (ROOT / "ops" / "nginx.conf").read_text()
        for said, ours in (
            ("listen 80;", f"listen 127.0.0.1:{plain};"),
            ("listen 443 ssl;", f"listen 127.0.0.1:{tls} ssl;"),
            ("https://$host$", f"https://$host:{tls}$"),
            ("127.0.0.1:8050", f"127.0.0.1:{behind}"),
            ("/etc/ssl/certs/lab.example.pem", str(folder / "certificate.pem")),
            ("/etc/ssl/private/lab.example.key", str(folder / "key.pem")),
            ("server_name lab.example", f"server_name {NAME}"),
        ):
            assert said in text, said
            text = text.replace(said, ours)
        (folder / "netspace.conf").write_text(text)
        (folder / "nginx.conf").write_text(OUTER.format(folder=folder))
        command = [installed(), "-p", str(folder), "-e", "stderr"]
        self._command = [*command, "-c", str(folder / "nginx.conf")]
        self._process = None

    @property
    def url(self):
        return f"https://{NAME}:{self.tls}/netspace"

    def start(self):
        self._process = subprocess.Popen(self._command)
        end = time.monotonic() + 20
        while not ports.answers("127.0.0.1", self.tls):
            assert self._process.poll() is None, "nginx ended"
            assert time.monotonic() < end, "nginx does not listen"
            time.sleep(0.02)

    def complaints(self):
        """What nginx has found wrong."""
        return (self._folder / "error.log").read_text()

    def stop(self):
        self._process.terminate()
        self._process.wait()
