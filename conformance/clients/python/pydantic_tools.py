"""Pydantic AI: its toolset, with FastMCP's sign-in, as its documentation has it."""

from contextlib import asynccontextmanager

from keychain_fast import oauth
from phases import URL, Session, drive
from pydantic_ai.mcp import MCPToolset


@asynccontextmanager
async def connect():
    async with MCPToolset(URL, auth=oauth()) as toolset:

        async def names():
            return [tool.name for tool in await toolset.list_tools()]

        async def text(name, options):
            return str(await toolset.direct_call_tool(name, options))

        yield Session(names, text)


drive(connect)
