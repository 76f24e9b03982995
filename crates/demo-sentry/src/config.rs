//! What a start may decide.

use jiff::Timestamp;

/// Settings of one run. [`Config::new`] has the documented defaults.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where clients reach this server, without a trailing slash; permalinks begin with it.
    pub origin: String,
    /// The instant that the data counts back from.
    pub now: Timestamp,
    /// The one OAuth application's id.
    pub client_id: String,
    /// The one OAuth application's secret.
    pub client_secret: String,
}

impl Config {
    /// The defaults: port 9797 on loopback, `demo-client` with `demo-secret`.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self {
            origin: String::from("http://127.0.0.1:9797"),
            now,
            client_id: String::from("demo-client"),
            client_secret: String::from("demo-secret"),
        }
    }
}
