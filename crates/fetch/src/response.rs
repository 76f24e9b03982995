/// A complete answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code, 3xx included.
    pub status: u16,
    /// Names are lower case; a repeated header appears once per line or joined with `, `, as the transport gives it.
    pub headers: Vec<(String, String)>,
    /// At most [`crate::Request::max_body`] bytes; empty where [`crate::Request::body_of`] does not want it.
    pub body: Vec<u8>,
}

impl Response {
    /// The first value of a header; `name` is lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether the status is 2xx.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }
}
