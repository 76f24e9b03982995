"""OpenAI Agents: its MCP server over Streamable HTTP."""

from contextlib import asynccontextmanager

from agents.mcp import MCPServerStreamableHttp
from keychain import provider_of, whole
from phases import URL, Session, drive, text_of


@asynccontextmanager
async def connect():
    provider = await provider_of(whole)
    async with MCPServerStreamableHttp({"url": URL, "auth": provider, "timeout": 30}) as server:

        async def names():
            return [tool.name for tool in await server.list_tools()]

        async def text(name, options):
            return text_of((await server.call_tool(name, options)).content)

        yield Session(names, text)


drive(connect)
