//! What happened in a replay, as the recorder of Sentry's browser SDK writes it: events of rrweb, of which type 5 holds
//! what the SDK adds.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

/// Something that happened, or that was drawn.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Moment {
    /// In seconds since the replay began.
    pub(crate) at: f64,
    #[serde(flatten)]
    what: What,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum What {
    /// A page of this address.
    Meta { meta: String },
    /// The whole page as it looked.
    Snapshot { snapshot: String },
    /// How the recorder was set up.
    Options { options: bool },
    /// How far the mouse moved.
    Moves { moves: u32 },
    /// How many elements changed.
    Mutations { mutations: u32 },
    /// A breadcrumb's category.
    Crumb {
        crumb: String,
        #[serde(default)]
        level: Option<String>,
        #[serde(default)]
        message: Option<String>,
        data: Value,
    },
    /// The operation of something that took a while.
    Span {
        span: String,
        about: String,
        seconds: f64,
        data: Value,
    },
}

impl Moment {
    /// The event, in a replay that began then.
    pub(crate) fn wire(&self, start: Timestamp) -> Value {
        let seconds = start.as_second() as f64 + self.at;
        let custom = |tag: &str, payload: Value| (5, json!({"tag": tag, "payload": payload}));
        let (kind, data) = match &self.what {
            What::Meta { meta } => (4, json!({"href": meta, "width": 1280, "height": 720})),
            What::Snapshot { snapshot } => {
                let page = json!({"id": 1, "type": 0, "childNodes": [], "rootId": snapshot});
                (
                    2,
                    json!({"node": page, "initialOffset": {"top": 0, "left": 0}}),
                )
            }
            What::Options { options } => custom(
                "options",
                json!({"blockAllMedia": options, "maskAllText": true}),
            ),
            What::Moves { moves } => {
                let to = |x: u32| json!({"x": x, "y": 80, "id": 7, "timeOffset": -50});
                let positions: Vec<Value> = (0..*moves).map(to).collect();
                (3, json!({"source": 1, "positions": positions}))
            }
            What::Mutations { mutations } => {
                let change = |id: u32| json!({"id": id, "attributes": {"class": "seen"}});
                let changes: Vec<Value> = (0..*mutations).map(change).collect();
                (
                    3,
                    json!({"source": 0, "adds": [], "removes": [], "texts": [], "attributes": changes}),
                )
            }
            What::Crumb {
                crumb,
                level,
                message,
                data,
            } => custom(
                "breadcrumb",
                json!({
                    "timestamp": seconds,
                    "type": "default",
                    "category": crumb,
                    "level": level,
                    "message": message,
                    "data": data,
                }),
            ),
            What::Span {
                span,
                about,
                seconds: lasted,
                data,
            } => custom(
                "performanceSpan",
                json!({
                    "op": span,
                    "description": about,
                    "startTimestamp": seconds,
                    "endTimestamp": seconds + lasted,
                    "data": data,
                }),
            ),
        };
        json!({"type": kind, "data": data, "timestamp": (seconds * 1000.0).round() as i64})
    }
}
