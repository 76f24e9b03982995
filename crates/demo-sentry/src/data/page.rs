//! Pages of the documentation, in our own words.

/// A page: where it is, and its Markdown.
pub(crate) struct Page {
    /// The path with `.md`, without the slash in front.
    pub(crate) path: &'static str,
    /// The guides that it is a part of, as `platform` or `platform/framework`; none for all.
    pub(crate) guide: Option<&'static str>,
    pub(crate) text: &'static str,
}

/// Every page, in the order in which equals are found.
pub(crate) const PAGES: &[Page] = &[
    Page {
        path: "product/crons.md",
        guide: None,
        text: include_str!("../../data/docs/crons.md"),
    },
    Page {
        path: "product/uptime-monitoring.md",
        guide: None,
        text: include_str!("../../data/docs/uptime.md"),
    },
    Page {
        path: "product/releases/health.md",
        guide: None,
        text: include_str!("../../data/docs/releases-health.md"),
    },
    Page {
        path: "pricing/quotas/rate-limits.md",
        guide: None,
        text: include_str!("../../data/docs/rate-limits.md"),
    },
    Page {
        path: "platforms/python/guides/django.md",
        guide: Some("python/django"),
        text: include_str!("../../data/docs/python-django.md"),
    },
    Page {
        path: "platforms/javascript/guides/nextjs/sourcemaps.md",
        guide: Some("javascript/nextjs"),
        text: include_str!("../../data/docs/javascript-nextjs-sourcemaps.md"),
    },
];

impl Page {
    /// Whether it belongs to `guide`: to all, to exactly this one, or to one of the platform's.
    pub(crate) fn is_of(&self, guide: &str) -> bool {
        self.guide.is_none_or(|own| {
            own == guide
                || own
                    .strip_prefix(guide)
                    .is_some_and(|rest| rest.starts_with('/'))
        })
    }

    /// How often the words occur in path and text, none for more than nine times.
    pub(crate) fn hits(&self, words: &[String]) -> usize {
        let text = format!("{} {}", self.path, self.text).to_lowercase();
        words
            .iter()
            .map(|word| text.matches(word.as_str()).count().min(9))
            .sum()
    }
}
