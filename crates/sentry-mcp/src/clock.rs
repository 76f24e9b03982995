/// The current time in seconds since 1970. Nothing else in this crate reads the clock.
#[expect(
    clippy::disallowed_methods,
    reason = "a process has a clock, and this is where it is asked"
)]
pub(crate) fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}
