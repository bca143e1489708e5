"""What the image is made of: Dockerfile copies what .dockerignore lets through."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_image_gets_every_package_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = project["tool"]["setuptools"]["packages"]["find"]["include"]
    let_through = (ROOT / ".dockerignore").read_text().splitlines()
    assert [name for name in packages if f"!{name.rstrip('*')}" not in let_through] == []


def test_the_image_gets_the_client_that_commands_ask_by():
    assert "!client" in (ROOT / ".dockerignore").read_text().splitlines()
    steps = (ROOT / "Dockerfile").read_text()
    assert "-r client/pyproject.toml" in steps
    assert "--no-deps . ./client" in steps
