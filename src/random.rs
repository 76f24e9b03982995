//! Randomness from the runtime.

use getrandom::SysRng;
pub use getrandom::rand_core::UnwrapErr;

/// WebCrypto's generator, which cannot fail within a request.
pub fn rng() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}

/// Tells requests apart, and nothing else: 16 hexadecimal digits that anybody may guess.
pub fn name() -> String {
    let half = || (js_sys::Math::random() * f64::from(u32::MAX)) as u32;
    format!("{:08x}{:08x}", half(), half())
}
