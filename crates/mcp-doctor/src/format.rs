//! The forms in which a report is written.

mod junit;
mod markdown;
mod text;

use std::io::{self, Write};

use crate::report::Report;

/// A form of the report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// For people at a terminal.
    #[default]
    Text,
    /// For programs.
    Json,
    /// For a comment or a page.
    Markdown,
    /// For test reports of a CI.
    Junit,
}

/// How much of a report is written as text or Markdown; the other forms have it all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Extent {
    /// The verdict alone.
    Verdict,
    /// The verdict, and what is wrong with its remedy.
    #[default]
    Problems,
    /// Each check.
    All,
}

impl Report {
    /// Writes the report.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn write(&self, format: Format, extent: Extent, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Text => text::write(self, extent, out),
            Format::Json => {
                serde_json::to_writer_pretty(&mut *out, self)?;
                writeln!(out)
            }
            Format::Markdown => markdown::write(self, extent, out),
            Format::Junit => junit::write(self, out),
        }
    }
}
