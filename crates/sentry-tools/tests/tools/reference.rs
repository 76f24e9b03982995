//! `docs/TOOLS.md` is what the catalogue says.
// file rule: mcp/tools-document: `docs/TOOLS.md` is what the catalogue says

#[test]
fn the_document_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/TOOLS.md");
    let made = sentry_tools::reference::markdown();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &made).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        written == made,
        "docs/TOOLS.md differs from the catalogue: UPDATE=1 cargo test -p sentry-tools reference"
    );
}
