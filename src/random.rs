//! Randomness from the runtime.

use getrandom::SysRng;
pub use getrandom::rand_core::UnwrapErr;

/// WebCrypto's generator, which cannot fail within a request.
pub fn rng() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}
