"""Scripts and style sheets under an address that changes with their content.

A browser asks for them once and keeps them for good; a new version has a new address. What is large
lies compressed beside itself, so that nothing is compressed while somebody waits.
"""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask, request
from whitenoise import WhiteNoise


def serve_assets(app: Flask) -> None:
    """Serve the folder ``static`` under its hash, and give templates ``asset(name)``."""
    root = Path(app.static_folder or "static")
    prefix = f"static/{_digest(root)}"
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]  # how Flask takes a middleware
        app.wsgi_app,
        root=root,
        prefix=prefix,
        immutable_file_test=lambda _path, _url: True,
        allow_all_origins=False,
        add_headers_function=_say_what_it_is,
    )

    @app.template_global()
    def asset(name: str) -> str:
        """The address of a file of the folder."""
        return f"{request.script_root}/{prefix}/{name}"


def _say_what_it_is(headers: Headers, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"


def _digest(root: Path) -> str:
    """Of the names and contents of all files."""
    digest = blake2b(digest_size=8)
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
