"""FastMCP's own sign-in, with the store on disk that its documentation names."""

from fastmcp.client.auth import OAuth
from key_value.aio.stores.filetree import (
    FileTreeStore,
    FileTreeV1CollectionSanitizationStrategy,
    FileTreeV1KeySanitizationStrategy,
)
from phases import STATE


def oauth():
    """A provider over what an earlier one has kept."""
    kept = STATE / "fastmcp"
    kept.mkdir(exist_ok=True)
    store = FileTreeStore(
        data_directory=kept,
        key_sanitization_strategy=FileTreeV1KeySanitizationStrategy(kept),
        collection_sanitization_strategy=FileTreeV1CollectionSanitizationStrategy(kept),
    )
    return OAuth(token_storage=store)
