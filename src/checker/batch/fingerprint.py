"""What a verdict depends on beside the workbook: program, rules, profile, templates, last year."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from checker import __version__
from checker.batch.discovery import Source, discover, full_path
from checker.session import Session, SessionOptions


def fingerprint(session: Session) -> str:
    """A digest that changes whenever the same workbook could get other verdicts."""
    options = in_full(session.options)
    digest = hashlib.sha256(f"{__version__}\n{options!r}\n".encode())
    for path in sorted(_program()):
        status = path.stat()
        digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    for path in sorted(path.absolute() for path in _files(session)):
        digest.update(f"{path}\n".encode())
        digest.update(path.read_bytes())
    if options.previous:
        for source in discover([options.previous]).sources:
            digest.update(f"{source.shown} {source.size} {source.modified}\n".encode())
            if not source.modified:  # a web server that tells no time
                digest.update(hashlib.sha256(_content(source)).digest())
    return digest.hexdigest()


def in_full(options: SessionOptions) -> SessionOptions:
    """The same choice with every path in full: equal for every command and from every folder, and
    usable by the workers of a cluster, which run in folders of their own."""
    profile = options.profile
    if profile is not None and Path(profile).is_file():
        profile = full_path(profile)
    return replace(
        options,
        profile=profile,
        plugin_dirs=tuple(map(full_path, options.plugin_dirs)),
        previous=None if options.previous is None else full_path(options.previous),
    )


def _content(source: Source) -> bytes:
    try:
        return source.read()
    except (OSError, KeyError, ValueError):
        return b""


def _program() -> Iterator[Path]:
    """The program's own code: between two versions it changes in a developer's folder only."""
    import checker

    for folder in checker.__path__:
        yield from Path(folder).rglob("*.py")


def _files(session: Session) -> Iterator[Path]:
    """Manifests, rule code, profiles and templates of every loaded plugin and of the program."""
    import checker_templates

    for manifest in session.plugins.manifests:
        folder = Path(manifest.path).parent
        yield from _sources_in(folder)
    for folder in checker_templates.__path__:
        yield from Path(folder).glob("*/template.toml")
    profile = session.options.profile
    if profile and Path(profile).is_file():
        yield Path(profile)


def _sources_in(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.suffix in {".toml", ".py"} and "tests" not in path.parts and path.is_file():
            yield path
