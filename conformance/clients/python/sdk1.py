"""The Python SDK 1."""

from contextlib import asynccontextmanager

from keychain import code_and_state, provider_of
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client
from phases import URL, Session, drive, text_of


@asynccontextmanager
async def connect():
    provider = await provider_of(code_and_state)
    async with streamablehttp_client(URL, auth=provider) as (read, write, _):
        async with ClientSession(read, write) as client:
            await client.initialize()

            async def names():
                return [tool.name for tool in (await client.list_tools()).tools]

            async def text(name, options):
                return text_of((await client.call_tool(name, options)).content)

            yield Session(names, text)


drive(connect)
