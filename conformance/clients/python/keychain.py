"""What an application brings to the Python SDK: a place for what it is given, a browser, and an address to come back to."""

import asyncio
import json
import webbrowser
from urllib.parse import parse_qs, urlsplit

from mcp.client.auth import OAuthClientProvider
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken
from phases import STATE, URL

FILE = STATE / "keychain.json"


class Storage:
    """The SDK's `TokenStorage`, in a file."""

    def __init__(self):
        self.kept = json.loads(FILE.read_text()) if FILE.exists() else {}

    def keep(self, name, value):
        self.kept[name] = value
        FILE.write_text(json.dumps(self.kept))

    async def get_tokens(self):
        return OAuthToken.model_validate(self.kept["tokens"]) if "tokens" in self.kept else None

    async def set_tokens(self, tokens):
        self.keep("tokens", tokens.model_dump(mode="json", exclude_none=True))

    async def get_client_info(self):
        return OAuthClientInformationFull.model_validate(self.kept["client"]) if "client" in self.kept else None

    async def set_client_info(self, client_info):
        self.keep("client", client_info.model_dump(mode="json", exclude_none=True))


async def open_provider(answer_of):
    """A provider of the SDK; `answer_of` makes what its callback handler gives of the parameters of the callback."""
    storage = Storage()
    called = asyncio.get_running_loop().create_future()

    async def serve(reader, writer):
        line = (await reader.readline()).decode()
        while (await reader.readline()).strip():
            pass
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 24\r\nConnection: close\r\n\r\nYou can close this page.")
        await writer.drain()
        writer.close()
        called.set_result({name: values[0] for name, values in parse_qs(urlsplit(line.split()[1]).query).items()})

    # The address that it registered, as long as nobody else has taken the port.
    server = await asyncio.start_server(serve, "127.0.0.1", storage.kept.get("port", 0))
    port = server.sockets[0].getsockname()[1]
    storage.keep("port", port)

    async def opened(url):
        webbrowser.open(url)

    async def callback():
        return answer_of(await called)

    return OAuthClientProvider(
        server_url=URL,
        client_metadata=OAuthClientMetadata(
            client_name="Conformance",
            redirect_uris=[f"http://127.0.0.1:{port}/callback"],
            grant_types=["authorization_code", "refresh_token"],
            response_types=["code"],
            token_endpoint_auth_method="none",
        ),
        storage=storage,
        redirect_handler=opened,
        callback_handler=callback,
    )


_provider = None


async def provider_of(answer_of):
    """One for the life of the process, as an application has it."""
    global _provider
    if _provider is None:
        _provider = await open_provider(answer_of)
    return _provider


def code_and_state(answer):
    """What SDK 1 wants of a callback."""
    return answer["code"], answer.get("state")


def whole(answer):
    """What SDK 2 wants of a callback."""
    from mcp.client.auth import AuthorizationCodeResult

    return AuthorizationCodeResult(code=answer["code"], state=answer.get("state"), iss=answer.get("iss"))
