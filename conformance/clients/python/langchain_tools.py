"""LangChain: the tools that its adapters make of the server's list, each call in a session of its own."""

from contextlib import asynccontextmanager

from keychain import code_and_state, provider_of
from langchain_mcp_adapters.client import MultiServerMCPClient
from phases import URL, Session, drive


@asynccontextmanager
async def connect():
    provider = await provider_of(code_and_state)
    client = MultiServerMCPClient({"sentry": {"transport": "streamable_http", "url": URL, "auth": provider}})
    tools = {tool.name: tool for tool in await client.get_tools()}

    async def names():
        return [tool.name for tool in await client.get_tools()]

    async def text(name, options):
        return str(await tools[name].ainvoke(options))

    yield Session(names, text)


drive(connect)
