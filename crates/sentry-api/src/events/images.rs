use crate::json::Value;
use crate::member::{address, count, filled, member};

/// A binary that was loaded into the program, or a source map.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Image {
    /// The binary's path.
    pub code_file: Option<String>,
    /// Where it begins in memory.
    pub address: Option<u64>,
    /// In bytes; `None` where nobody says, and it is taken to reach up to the next one.
    pub size: Option<u64>,
    /// What its debug file is found by.
    pub debug_id: Option<String>,
    /// Such as `found`, `missing`.
    pub debug_status: Option<String>,
}

impl Image {
    pub(super) fn read(value: Value<'_>) -> Option<Self> {
        value.is_object().then(|| Self {
            code_file: filled(value, "code_file").or_else(|| filled(value, "name")),
            address: address(member(value, "image_addr")),
            size: count(value, "image_size"),
            debug_id: filled(value, "debug_id").or_else(|| filled(value, "uuid")),
            debug_status: filled(value, "debug_status"),
        })
    }

    /// How far an address lies behind the image's begin, where it is in the image.
    #[must_use]
    pub fn offset_of(&self, address: u64) -> Option<u64> {
        let offset = address.checked_sub(self.address?)?;
        let is_inside = self.size.is_some_and(|size| offset < size);
        is_inside.then_some(offset)
    }
}
