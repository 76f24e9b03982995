use fetch::LocalFuture;

/// Says of each request in words whether it may ask the model: asked once for each, before the model is.
pub trait Admission<R> {
    /// One more request in words.
    fn admit(&self) -> LocalFuture<'_, Result<(), Denied<R>>>;
}

/// Why a request in words may not ask the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied<R> {
    /// As a tool would refuse it: for the transport.
    Refused(R),
    /// For now, in words for whoever asked.
    Words(&'static str),
}

/// Whoever asks may: the model is theirs.
#[derive(Debug, Clone, Copy)]
pub struct Everybody;

impl<R> Admission<R> for Everybody {
    fn admit(&self) -> LocalFuture<'_, Result<(), Denied<R>>> {
        Box::pin(async { Ok(()) })
    }
}
