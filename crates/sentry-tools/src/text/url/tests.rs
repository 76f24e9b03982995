use super::*;

fn page(text: &str) -> Pasted {
    read(text, &BaseUrl::parse("https://sentry.example").unwrap())
}

#[test]
fn the_host_is_sentrys() {
    for text in [
        "https://evil.example/organizations/acme/issues/1/",
        "http://10.0.0.1/organizations/acme/issues/1/",
        "https://sentry.example@evil.example/organizations/acme/issues/1/",
        "https://evilsentry.example/organizations/acme/issues/1/",
        "https://acme.sentry.io.evil.example/issues/1/",
        "https://me@sentry.example/organizations/acme/issues/1/",
        "https://:x@sentry.example/organizations/acme/issues/1/",
        "http://127.0.0.1/organizations/acme/issues/1/",
        "https://a.b.sentry.io/issues/1",
        "https://docs.sentry.io/product/issues/",
        "https://evil.example/https://acme.sentry.io/issues/1",
        "https://evil.example\\@acme.sentry.io/issues/1",
        "https://o1.ingest.sentry.io/issues/1",
    ] {
        assert_eq!(page(text), Pasted::Foreign, "{text}");
    }
    for text in [
        "",
        " ",
        "https://",
        "://",
        "not a url",
        "7301",
        "ftp://acme.sentry.io/issues/1",
        "javascript:alert(1)",
        "a://b://c://",
        "/issues/7301/",
        "<>",
        "http://[",
        "'://'",
    ] {
        assert_eq!(page(text), Pasted::Nothing, "{text}");
    }
    let local = BaseUrl::parse("http://127.0.0.1:9797").unwrap();
    let named = read("http://localhost:9797/organizations/acme/issues/1/", &local);
    assert!(matches!(named, Pasted::Address(_)));
}

#[test]
fn a_server_below_a_path() {
    let base = BaseUrl::parse("https://tools.example/sentry").unwrap();
    for text in [
        "https://tools.example/sentry/organizations/acme/issues/4501/",
        "https://tools.example/sentry/acme/web/issues/4501",
        "tools.example/sentry/acme/issues/4501/?x=y",
    ] {
        let Pasted::Address(address) = read(text, &base) else {
            panic!("{text}");
        };
        assert_eq!(address.organization.unwrap().as_str(), "acme", "{text}");
        let issue = IssueId::parse("4501").unwrap();
        assert_eq!(address.page, Page::Issue { issue, event: None }, "{text}");
    }
}

/// Answers end in such links, and people paste them.
#[test]
fn what_we_print_is_read_back() {
    let organization = Slug::parse("acme").unwrap();
    for base in [
        "https://sentry.io",
        "https://sentry.example",
        "https://tools.example/sentry/",
        "http://127.0.0.1:9797",
    ] {
        let base = BaseUrl::parse(base).unwrap();
        for path in ["/issues/4501/", "/issues/WEB-1A/events/latest/"] {
            let text = base.web_url(&organization, path);
            let Pasted::Address(address) = read(&text, &base) else {
                panic!("{text}");
            };
            assert_eq!(address.organization.as_ref(), Some(&organization), "{text}");
            assert!(matches!(address.page, Page::Issue { .. }), "{text}");
        }
    }
}

#[test]
fn an_id_that_was_cut_is_no_id() {
    for text in [
        "https://acme.sentry.io/issues/73...",
        "https://acme.sentry.io/issues/73…",
        "https://acme.sentry.io/issues/WEB-1...",
        "https://acme.sentry.io/issues/WEB-1…",
        "https://acme.sentry.io/issues/..%2f1",
        "https://acme.sentry.io/issues/1%2f2",
        "https://acme.sentry.io/issues/4501/events/4be71c0d9b52f7c41e0d9b52f1…",
        "https://acme.sentry.io/explore/traces/trace/68d416f256e9954e/",
    ] {
        let Pasted::Address(address) = page(text) else {
            panic!("{text}");
        };
        assert!(
            matches!(address.page, Page::Other(_)),
            "{text}: {address:?}"
        );
    }
}

/// Every text of three of these pieces is read without a failure.
#[test]
fn no_text_makes_it_fail() {
    const PIECES: [&str; 20] = [
        "https",
        "://",
        "acme.sentry.io",
        "/issues/",
        "7301",
        "events",
        "/",
        "'",
        "(",
        ")",
        "<",
        "|",
        "…",
        "..",
        "%2",
        "%ff",
        "ä",
        "\\",
        "[",
        "?node=span-&query=%",
    ];
    for number in 0..PIECES.len().pow(3) {
        let mut rest = number;
        let mut text = String::new();
        for _ in 0..3 {
            text.push_str(PIECES[rest % PIECES.len()]);
            rest /= PIECES.len();
        }
        let _ = page(&text);
    }
}
