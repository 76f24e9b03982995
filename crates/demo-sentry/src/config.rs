//! What a start may decide.

use jiff::Timestamp;

/// Settings of one run. [`Config::new`] has the documented defaults.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where clients reach this server, without a trailing slash; permalinks begin with it.
    pub origin: String,
    /// The true time at the start: token lifetimes run from here, so that clients agree about them.
    pub now: Timestamp,
    /// The instant that the sample data counts back from, to the second.
    pub data_now: Timestamp,
    /// How many times the data there is: 1 is the sample, more is for load.
    pub scale: u32,
    /// The one OAuth application's id.
    pub client_id: String,
    /// The one OAuth application's secret.
    pub client_secret: String,
}

impl Config {
    /// The defaults: port 9797 on loopback, data that ends now, `demo-client` with `demo-secret`.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self {
            origin: String::from("http://127.0.0.1:9797"),
            now,
            data_now: now,
            scale: 1,
            client_id: String::from("demo-client"),
            client_secret: String::from("demo-secret"),
        }
    }
}
