"""FastMCP 3 and 4, with the store that its documentation names for keeping tokens."""

from contextlib import asynccontextmanager

from fastmcp import Client
from keychain_fast import oauth
from phases import URL, Session, drive, text_of


@asynccontextmanager
async def connect():
    async with Client(URL, auth=oauth()) as client:

        async def names():
            return [tool.name for tool in await client.list_tools()]

        async def text(name, options):
            return text_of((await client.call_tool(name, options)).content)

        yield Session(names, text)


drive(connect)
