//! Dashboards, alert rules ("workflows") and monitors ("detectors"), kept as they are sent.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Things by the slug of their organization.
pub(crate) type Shelf = BTreeMap<String, Vec<Value>>;

/// The first id that is given to what is made at run time.
const FIRST_MADE: u64 = 39_000;

#[derive(Clone, Debug, Default)]
pub(crate) struct Alerting {
    pub(crate) dashboards: Shelf,
    pub(crate) workflows: Shelf,
    pub(crate) detectors: Shelf,
    /// What a rule can be made of: answers by the last segment of their path, or by the group of conditions.
    pub(crate) options: Map<String, Value>,
    made: u64,
}

impl Alerting {
    pub(crate) fn of(
        dashboards: Shelf,
        workflows: Shelf,
        detectors: Shelf,
        options: Map<String, Value>,
    ) -> Self {
        Self {
            dashboards,
            workflows,
            detectors,
            options,
            made: 0,
        }
    }

    /// An id that nothing has yet.
    pub(crate) fn new_id(&mut self) -> String {
        self.made += 1;
        (FIRST_MADE + self.made).to_string()
    }

    /// The answer of that name, which is a list.
    pub(crate) fn offered(&self, name: &str) -> &[Value] {
        let offered = self.options.get(name).and_then(Value::as_array);
        offered.map(Vec::as_slice).unwrap_or_default()
    }
}

/// What an organization has.
pub(crate) fn on<'a>(shelf: &'a Shelf, organization: &str) -> &'a [Value] {
    shelf
        .get(organization)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

/// The one with that id.
pub(crate) fn by_id<'a>(things: &'a [Value], id: &str) -> Option<&'a Value> {
    things.iter().find(|thing| text(thing, "id") == id)
}

/// A member that is a string, or nothing.
pub(crate) fn text<'a>(thing: &'a Value, name: &str) -> &'a str {
    thing[name].as_str().unwrap_or_default()
}

/// A member that is a list, or none.
pub(crate) fn list<'a>(thing: &'a Value, name: &str) -> &'a [Value] {
    thing[name]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default()
}
