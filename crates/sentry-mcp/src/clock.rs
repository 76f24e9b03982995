/// Seconds since 1970. The only place here that asks: lifetimes are compared with what is handed around.
#[expect(
    clippy::disallowed_methods,
    reason = "a process has a clock, and this is where it is asked"
)]
pub(crate) fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}
