//! Small pictures, which screenshots and snapshots consist of.

/// The bytes of a PNG by its name.
pub(crate) fn of(name: &str) -> Option<&'static [u8]> {
    Some(match name {
        "basket-before" => include_bytes!("../../data/pictures/basket-before.png"),
        "basket-after" => include_bytes!("../../data/pictures/basket-after.png"),
        "basket-diff" => include_bytes!("../../data/pictures/basket-diff.png"),
        "gift-note" => include_bytes!("../../data/pictures/gift-note.png"),
        "shelf-row" => include_bytes!("../../data/pictures/shelf-row.png"),
        "screenshot" => include_bytes!("../../data/pictures/screenshot.png"),
        _ => return None,
    })
}
