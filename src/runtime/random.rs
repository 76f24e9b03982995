//! Randomness from the runtime.

use getrandom::SysRng;
pub use getrandom::rand_core::UnwrapErr;

/// WebCrypto's generator, which cannot fail within a request.
pub type Rng = UnwrapErr<SysRng>;

/// A generator for keys, tokens and ids.
pub fn rng() -> Rng {
    UnwrapErr(SysRng)
}
