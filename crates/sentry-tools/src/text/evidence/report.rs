//! What a browser reports: CSP, HPKP, Expect-CT and Expect-Staple, by the members that each has. Certificates are
//! counted.

use sentry_api::{Event, Value};

use super::{Rows, counted};

/// Members that fill pages and that nobody reads.
fn is_certificate(name: &str, value: Value<'_>) -> bool {
    let is_pem = |value: Value<'_>| {
        value
            .as_str()
            .is_some_and(|text| text.contains("-----BEGIN"))
    };
    name.contains("certificate_chain")
        || name == "scts"
        || name == "ocsp_response"
        || is_pem(value)
        || value.elements().iter().any(is_pem)
}

pub(super) fn rows(event: &Event, rows: &mut Rows) {
    for (kind, data) in event.reports().into_iter().take(4) {
        rows.text("Report", &kind);
        let Value::Object(members) = data else {
            rows.add("Data", data);
            continue;
        };
        let mut certificates = 0;
        // Host and port, which are one address, come first.
        let is_address = |name: &str| name.contains("host") || name == "port";
        let first = members.iter().filter(|(name, _)| is_address(name));
        let others = members.iter().filter(|(name, _)| !is_address(name));
        for (name, value) in first.chain(others) {
            if is_certificate(name, value) {
                certificates += match value {
                    Value::Array(values) => values.len() as u64,
                    Value::Null => 0,
                    _ => 1,
                };
            } else if !value.is_array() || !value.elements().is_empty() {
                rows.add(&name.replace(['_', '-'], " "), value);
            }
        }
        if certificates > 0 {
            let (one, several) = ("certificate or signature", "certificates or signatures");
            rows.text("Not shown", &counted(certificates, one, several));
        }
    }
}
