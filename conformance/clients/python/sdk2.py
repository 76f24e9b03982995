"""The Python SDK 2."""

from contextlib import asynccontextmanager

from keychain import provider_of, whole
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from phases import URL, Session, drive, text_of


@asynccontextmanager
async def connect():
    provider = await provider_of(whole)
    async with create_mcp_http_client(auth=provider) as http:
        async with Client(streamable_http_client(URL, http_client=http)) as client:

            async def names():
                return [tool.name for tool in (await client.list_tools()).tools]

            async def text(name, options):
                return text_of((await client.call_tool(name, options)).content)

            yield Session(names, text)


drive(connect)
