"""MCP servers of FastMCP and of the Python SDK, as their documentation shows them: serve.py KIND PORT [ISSUER].

Each has one tool. ISSUER is an authorization server beside it, for the kinds that trust one.
"""

import sys

import uvicorn

KIND, PORT = sys.argv[1], int(sys.argv[2])
ISSUER = sys.argv[3] if len(sys.argv) > 3 else None
BASE = f"http://localhost:{PORT}"


def in_memory():
    from fastmcp.server.auth.providers.in_memory import InMemoryOAuthProvider
    from mcp.server.auth.settings import ClientRegistrationOptions, RevocationOptions

    return InMemoryOAuthProvider(
        base_url=BASE,
        client_registration_options=ClientRegistrationOptions(
            enabled=True, valid_scopes=["read"], default_scopes=["read"]
        ),
        revocation_options=RevocationOptions(enabled=True),
        required_scopes=["read"],
    )


def by_issuer():
    from fastmcp.server.auth.providers.jwt import JWTVerifier

    return JWTVerifier(jwks_uri=f"{ISSUER}/jwks", issuer=ISSUER, audience=f"{BASE}/mcp", required_scopes=["read"])


def fastmcp_auth():
    if KIND == "none":
        return None
    if KIND == "memory":
        return in_memory()
    if KIND == "jwt":
        return by_issuer()
    if KIND == "static":
        from fastmcp.server.auth.providers.jwt import StaticTokenVerifier

        return StaticTokenVerifier(tokens={"a-static-token": {"client_id": "x", "scopes": []}})
    if KIND == "remote":
        from fastmcp.server.auth import RemoteAuthProvider

        return RemoteAuthProvider(
            token_verifier=by_issuer(), authorization_servers=[ISSUER], base_url=BASE
        )
    if KIND == "proxy":
        from fastmcp.server.auth import OAuthProxy

        return OAuthProxy(
            upstream_authorization_endpoint=f"{ISSUER}/auth",
            upstream_token_endpoint=f"{ISSUER}/token",
            upstream_client_id="proxy",
            upstream_client_secret="a-secret-of-the-proxy",
            token_verifier=by_issuer(),
            base_url=BASE,
            forward_resource=True,
            jwt_signing_key="a-key-that-signs-for-the-proxy-of-this-test",
        )
    raise SystemExit(f"serve.py: no kind {KIND}")


def fastmcp():
    from fastmcp import FastMCP

    server = FastMCP("Greetings", auth=fastmcp_auth())

    @server.tool
    def greet(name: str = "you") -> str:
        """Greets somebody."""
        return f"Hello, {name}."

    return server.http_app(path="/mcp")


def sdk(prefix: str):
    from mcp.server.auth.settings import AuthSettings, ClientRegistrationOptions, RevocationOptions
    from mcp.server.fastmcp import FastMCP

    base = f"{BASE}{prefix}"
    server = FastMCP(
        "Greetings",
        auth_server_provider=in_memory(),
        auth=AuthSettings(
            issuer_url=base,
            resource_server_url=f"{base}/mcp",
            client_registration_options=ClientRegistrationOptions(
                enabled=True, valid_scopes=["read"], default_scopes=["read"]
            ),
            revocation_options=RevocationOptions(enabled=True),
            required_scopes=["read"],
        ),
    )

    @server.tool()
    def greet(name: str = "you") -> str:
        """Greets somebody."""
        return f"Hello, {name}."

    app = server.streamable_http_app()
    if not prefix:
        return app
    from starlette.applications import Starlette
    from starlette.routing import Mount

    return Starlette(routes=[Mount(prefix, app=app)], lifespan=lambda _: server.session_manager.run())


app = sdk("") if KIND == "sdk" else sdk("/service") if KIND == "sdk-prefix" else fastmcp()
uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="warning")
