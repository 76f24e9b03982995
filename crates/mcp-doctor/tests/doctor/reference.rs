use mcp_doctor::reference;

const BEGIN: &str = "<!-- checks: made from the code -->\n";

#[test]
fn the_documentation_lists_every_check() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/DOCTOR.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (before, listed) = text.split_once(BEGIN).unwrap();
    let expected = format!("\n{}", reference());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, format!("{before}{BEGIN}{expected}")).unwrap();
        return;
    }
    assert!(
        listed == expected,
        "docs/DOCTOR.md differs from the checks: UPDATE=1 cargo test -p mcp-doctor --test doctor reference"
    );
}
