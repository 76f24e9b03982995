//! The files on disk.
// file rule: test-client/tokens-kept-close

use std::path::PathBuf;

use mcp_test_client::client::oauth::{FileStore, Method, Registration, Secret, Store, Stored};

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("store-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

fn registration(id: &str) -> Stored {
    Stored::Registration(Registration {
        issuer: "https://as.example".to_owned(),
        client_id: id.to_owned(),
        client_secret: Some(Secret::new("s3cret".to_owned())),
        client_secret_expires_at: 0,
        method: Method::ClientSecretBasic,
        redirect_uri: "http://127.0.0.1:1/callback".to_owned(),
    })
}

#[test]
fn records_are_kept_replaced_and_forgotten() {
    let folder = folder("round");
    let store = FileStore::new(folder.join("deep"));
    assert_eq!(store.load("a").unwrap(), None);
    store.forget("a").unwrap();
    store.keep("a", &registration("one")).unwrap();
    store.keep("a", &registration("two")).unwrap();
    store.keep("b", &registration("three")).unwrap();
    assert_eq!(store.load("a").unwrap(), Some(registration("two")));
    assert_eq!(
        std::fs::read_dir(folder.join("deep")).unwrap().count(),
        2,
        "nothing is left over"
    );
    store.forget("a").unwrap();
    assert_eq!(store.load("a").unwrap(), None);
    assert!(!format!("{:?}", store.load("b")).contains("s3cret"));
}

#[test]
fn what_cannot_be_read_says_so() {
    let folder = folder("broken");
    let store = FileStore::new(folder.clone());
    store.keep("a", &registration("one")).unwrap();
    std::fs::write(folder.join("a.json"), "{").unwrap();
    let error = store.load("a").unwrap_err().to_string();
    assert!(
        error.contains("a.json") && error.contains("Delete it"),
        "{error}"
    );
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder("mode");
    let store = FileStore::new(folder.clone());
    store.keep("a", &registration("one")).unwrap();
    let mode = |path: &PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let file = folder.join("a.json");
    assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));

    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    let error = store.load("a").unwrap_err().to_string();
    assert!(error.contains("may be read by others"), "{error}");
    store.keep("a", &registration("two")).unwrap();
    assert_eq!(mode(&file), 0o600);
}
