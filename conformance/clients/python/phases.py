"""What every Python client is taken through.

`connect` is an async context manager whose value has `list()`, the names of the tools, and `call(name, options)`, the text of a
tool's answer. See ../run.mjs for the lines that are written.
"""

import asyncio
import json
import os
import sys
import traceback
from pathlib import Path

URL = os.environ["MCP_URL"]
STATE = Path(os.environ["STATE"])
LISTED = "search_issues"
OPTIONS = json.loads(os.environ["OPTIONS"])


def drive(connect):
    """Runs the phase that the command line names."""
    asyncio.run(_again(connect) if sys.argv[1] == "again" else _first(connect))


async def _first(connect):
    async def in_session():
        async with connect() as session:
            _tell("sign-in", {})
            await _attempt("list", _names(session))
            await _attempt("call", _text(session, LISTED, OPTIONS))
            await _attempt("unlisted", _text(session, "whoami", {}))
            await _expired()
            await _attempt("refresh", _text(session, LISTED, OPTIONS))

    # What ends the session without a step of its own is the sign-in's trouble, or that of its end.
    try:
        await in_session()
    except BaseException as error:
        traceback.print_exception(error)
    await _expired()
    await _attempt("reconnect", _connected(connect))


async def _again(connect):
    await _attempt("restart", _connected(connect))


async def _connected(connect):
    async with connect() as session:
        return await _text(session, LISTED, OPTIONS)


async def _names(session):
    return {"names": await session.list()}


async def _text(session, name, options):
    return {"text": await session.call(name, options)}


async def _attempt(step, action):
    try:
        told = await action
    except Exception as error:
        traceback.print_exception(error)
        told = {"error": f"{type(error).__name__}: {error}"}
    _tell(step, told)


def _tell(step, told):
    print("@ " + json.dumps({"step": step, **told}), flush=True)


async def _expired():
    """Until the access token has ended."""
    await asyncio.sleep(int(os.environ["TOKEN_SECONDS"]) + 1)


class Session:
    """What `connect` gives, over two functions."""

    def __init__(self, names, text):
        self.list = names
        self.call = text


def text_of(content):
    """The text of the blocks of an answer."""
    return "\n".join(getattr(block, "text", "") for block in content)
