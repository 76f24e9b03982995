//! What a call is named: its function with its class, and its file, or its binary with the offset.

use sentry_api::{Frame, Image};

use crate::text::cut;
use crate::text::markdown::{line, line_tail, one_line, push};

/// What SDKs write where they know no function.
const NO_FUNCTION: [&str; 7] = [
    "<redacted>",
    "<unknown>",
    "unknown",
    "(unknown)",
    "?",
    "??",
    "<null>",
];

/// What compilers and SDKs write where they know no file.
const NO_FILE: [&str; 12] = [
    "SourceFile",
    "Unknown Source",
    "Unknown",
    "unknown",
    "<unknown>",
    "unknown file",
    "Native Method",
    "[native code]",
    "native",
    "<anonymous>",
    "?",
    "??",
];

/// What frames of an event are named by.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// The event's, such as `csharp`.
    pub(crate) platform: String,
    pub(crate) images: Vec<Image>,
}

/// Platforms where a function is said with its class.
const BY_CLASS: [&str; 8] = [
    "java", "kotlin", "csharp", "scala", "groovy", "clojure", "vb", "fsharp",
];

/// Ends of files of these platforms, for events of mixed ones.
const BY_CLASS_FILES: [&str; 8] = [
    ".java", ".kt", ".cs", ".scala", ".groovy", ".vb", ".fs", ".clj",
];

/// The file, where there is one that can be opened.
pub(crate) fn file<'a>(frame: &'a Frame<'_>) -> Option<&'a str> {
    let names = [&frame.filename, &frame.abs_path].into_iter().flatten();
    let mut names = names.map(|name| name.trim());
    names.find(|name| !name.is_empty() && !NO_FILE.contains(name))
}

/// The function, where its name is known.
pub(crate) fn function<'a>(frame: &'a Frame<'_>) -> Option<&'a str> {
    let function = frame.function.as_deref()?.trim();
    (!function.is_empty() && !NO_FUNCTION.contains(&function)).then_some(function)
}

impl Names {
    /// A call in one line: `addItem (src/cart.ts:42:17)`, `Lens.Open() (Scanner 0x3a)`, `libpageturn.so +0x173e8`.
    pub(crate) fn call(&self, frame: &Frame<'_>, most: usize) -> String {
        let location = self.location(frame, most);
        match self.function(frame, most) {
            Some(function) if location.is_empty() => function,
            Some(function) => [&function, " (", &location, ")"].concat(),
            None if location.is_empty() => "a call of which nothing is known".to_owned(),
            None => location,
        }
    }

    /// With its class, where a file does not say as much.
    pub(crate) fn function(&self, frame: &Frame<'_>, most: usize) -> Option<String> {
        let module = frame.module.as_deref().map(str::trim).unwrap_or_default();
        let Some(function) = function(frame) else {
            // A class alone is more than nothing.
            let module = (!module.is_empty() && file(frame).is_none()).then_some(module);
            return module.map(|module| line(module, most));
        };
        let platform = frame.platform.as_deref().unwrap_or(&self.platform);
        let is_by_class = BY_CLASS.contains(&platform)
            || file(frame).is_some_and(|file| BY_CLASS_FILES.iter().any(|end| file.ends_with(end)));
        let has_class = module.is_empty() || function.starts_with(module);
        let name = if has_class || !(is_by_class || file(frame).is_none()) {
            one_line(function)
        } else {
            // Some SDKs say the class's own name in both.
            let class = module.rsplit('.').next().unwrap_or(module);
            let again = [class, "."].concat();
            let method = function.strip_prefix(&again).unwrap_or(function);
            one_line(&[module, ".", method].concat())
        };
        Some(cut::function(&name, most))
    }

    /// `src/cart.ts:42:17`, or `libpageturn.so +0x173e8`, as far as it is known.
    pub(crate) fn location(&self, frame: &Frame<'_>, most: usize) -> String {
        let Some(file) = file(frame) else {
            let mut text = self.binary(frame);
            if let Some(number) = frame.line_no {
                let between = if text.is_empty() { "" } else { ", " };
                push(&mut text, &[between, "line ", &number.to_string()]);
            }
            return text;
        };
        let mut text = line_tail(file, most);
        let column = frame.col_no.filter(|_| frame.line_no.is_some());
        for number in [frame.line_no, column].into_iter().flatten() {
            push(&mut text, &[":", &number.to_string()]);
        }
        text
    }

    fn binary(&self, frame: &Frame<'_>) -> String {
        let image = frame.address.and_then(|address| self.image(frame, address));
        let package = frame.package.as_deref().filter(|name| !name.is_empty());
        let package = package.or_else(|| image.and_then(|(image, _)| image.code_file.as_deref()));
        let mut text = package
            .map(|name| line(last_of(name), 80))
            .unwrap_or_default();
        let address = match (image, frame.address) {
            (Some((_, offset)), _) => format!("+0x{offset:x}"),
            (None, Some(address)) => format!("0x{address:x}"),
            (None, None) => return text,
        };
        let between = if text.is_empty() { "" } else { " " };
        push(&mut text, &[between, &address]);
        text
    }

    /// The image of a call whose debug file Sentry has not, or cannot read.
    pub(crate) fn image_without_debug_file(&self, frame: &Frame<'_>) -> Option<&Image> {
        let (image, _) = self.image(frame, frame.address?)?;
        let status = image.debug_status.as_deref()?;
        matches!(
            status,
            "missing" | "malformed" | "fetching_failed" | "timeout"
        )
        .then_some(image)
    }

    /// The image of an address, and how far behind its begin the address lies.
    fn image(&self, frame: &Frame<'_>, address: u64) -> Option<(&Image, u64)> {
        let mode = frame.address_mode.as_deref().unwrap_or_default();
        if let Some(place) = mode.strip_prefix("rel:") {
            let image = self.images.get(place.parse::<usize>().ok()?)?;
            return Some((image, address));
        }
        let inside = self
            .images
            .iter()
            .find_map(|image| Some((image, image.offset_of(address)?)));
        inside.or_else(|| {
            // Without a size, the frame's own word for its binary decides.
            let package = frame.package.as_deref()?;
            let named = self.images.iter().find(|image| {
                image.size.is_none() && image.code_file.as_deref() == Some(package)
            })?;
            Some((named, address.checked_sub(named.address?)?))
        })
    }
}

/// The last part of a path of any system.
pub(crate) fn last_of(path: &str) -> &str {
    let path = path.trim_end_matches(['/', '\\']);
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}
