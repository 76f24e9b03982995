//! The settings of a run.

use jiff::Timestamp;

/// Settings of one run. [`Config::new`] has the documented defaults.
#[derive(Clone, Debug)]
pub struct Config {
    /// The URL under which clients reach this server, without a trailing slash. Permalinks begin with it.
    pub origin: String,
    /// The real time at the start. Token lifetimes count from here, so that clients agree with them.
    pub now: Timestamp,
    /// The instant to which the sample data is relative, in whole seconds.
    pub data_now: Timestamp,
    /// How many copies of the data there are: 1 is the sample, more are for load tests.
    pub scale: u32,
    /// The id of the only OAuth application.
    pub client_id: String,
    /// The secret of the only OAuth application.
    pub client_secret: String,
}

impl Config {
    /// The defaults: port 9797 on loopback, data that ends at `now`, the application `demo-client` with `demo-secret`.
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
