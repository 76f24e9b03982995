use fetch::LocalFuture;

/// Decides whether a request in words may use the model. Asked once per request, before the model is.
pub trait Admission<R> {
    /// Asks for admission of one more request in words.
    fn admit(&self) -> LocalFuture<'_, Result<(), Denied<R>>>;
}

/// Why a request in words may not use the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied<R> {
    /// Refused as a tool call would be: the transport has to answer.
    Refused(R),
    /// Refused for now; the text is for the person who asked.
    Words(&'static str),
}

/// Admits every request: the model belongs to the person who asks.
#[derive(Debug, Clone, Copy)]
pub struct Everybody;

impl<R> Admission<R> for Everybody {
    fn admit(&self) -> LocalFuture<'_, Result<(), Denied<R>>> {
        Box::pin(async { Ok(()) })
    }
}
