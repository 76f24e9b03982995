//! The runtime's functions, one crossing each: `edge.js` does a whole errand; single calls from here would cross
//! between wasm and JavaScript once for every header, and wait once for every promise on the way.

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use worker::{Env, worker_sys};

#[wasm_bindgen(module = "/src/runtime/edge.js")]
extern "C" {
    /// Method, URL, client address, time in milliseconds, a number that tells requests apart, and `traceparent`: one a line.
    #[wasm_bindgen(js_name = requestHead)]
    pub fn request_head(request: &web_sys::Request) -> String;
    /// The headers that handlers ask for, one a line: `name=value`, or `name` for one that is not there.
    #[wasm_bindgen(js_name = requestHeaders)]
    pub fn request_headers(request: &web_sys::Request) -> String;
    /// Any other header.
    #[wasm_bindgen(js_name = requestHeader)]
    pub fn request_header(request: &web_sys::Request, name: &str) -> Option<String>;
    /// The whole body as a `Uint8Array`; undefined if it has more than `limit` bytes.
    #[wasm_bindgen(js_name = requestBody)]
    pub fn request_body(request: &web_sys::Request, limit: u32) -> Promise;
    /// An answer. `head` is of the form that [`head`] makes.
    #[wasm_bindgen(catch)]
    pub fn answer(status: u16, head: &str, body: &str) -> Result<web_sys::Response, JsValue>;
    /// A request of this server to itself, as it would come from outside.
    #[wasm_bindgen(catch, js_name = ownRequest)]
    pub fn own_request(
        method: &str,
        url: &str,
        head: &str,
        body: Option<&str>,
    ) -> Result<web_sys::Request, JsValue>;
    /// An answer whose body is written to the outlet from now on.
    #[wasm_bindgen(catch, js_name = answerInPieces)]
    pub fn answer_in_pieces(
        status: u16,
        head: &str,
        outlet: &Outlet,
    ) -> Result<web_sys::Response, JsValue>;
    /// Sends a request on behalf of an outlet and begins to read its answer: an array of status, content type and reader.
    pub fn begin(outlet: &Outlet, url: &str, head: &str, body: &str, milliseconds: u32) -> Promise;
    /// The next piece of an answer as a `Uint8Array`; undefined after the last one.
    pub fn piece(outlet: &Outlet, reader: &JsValue) -> Promise;
    /// Cancels the rest of an answer.
    #[wasm_bindgen(js_name = stopReading)]
    pub fn stop_reading(reader: &JsValue);
    /// The body of an answer that is written in pieces.
    #[derive(Clone)]
    pub type Outlet;
    /// An outlet that ends after so many milliseconds.
    #[wasm_bindgen(constructor)]
    pub fn new(milliseconds: u32) -> Outlet;
    /// Writes text, unless the reader has left.
    #[wasm_bindgen(method)]
    pub fn write(this: &Outlet, text: &str);
    /// The body is complete.
    #[wasm_bindgen(method)]
    pub fn close(this: &Outlet);
    /// Comes when the reader has left, or the time is over.
    #[wasm_bindgen(method, getter)]
    pub fn ended(this: &Outlet) -> Promise;
    /// Whether the time was over before the body was complete.
    #[wasm_bindgen(method, getter)]
    pub fn late(this: &Outlet) -> bool;
    /// Sends a request: an array of status, head and body. `limits` are milliseconds, bytes, and the first and the last status
    /// whose body is read. The body is undefined if it has more bytes, and an error if it did not come.
    pub fn send(
        method: &str,
        url: &str,
        head: &str,
        body: Option<Uint8Array>,
        limits: &[u32],
    ) -> Promise;
    /// A variable or secret; as JSON if `wrangler.toml` has it as a number or a list.
    pub fn variable(env: &Env, name: &str) -> Option<String>;
    /// Whether there is such a binding.
    #[wasm_bindgen(js_name = isBound)]
    pub fn is_bound(env: &Env, binding: &str) -> bool;
    /// A static file as text; undefined if there is none.
    pub fn asset(env: &Env, binding: &str, path: &str) -> Promise;
    /// The text under a key; null if there is none.
    #[wasm_bindgen(catch, js_name = kvGet)]
    pub fn kv_get(env: &Env, binding: &str, key: &str) -> Result<Promise, JsValue>;
    /// Keeps a text under a key for so many seconds, of which KV wants at least 60.
    #[wasm_bindgen(catch, js_name = kvPut)]
    pub fn kv_put(
        env: &Env,
        binding: &str,
        key: &str,
        value: &str,
        seconds: u32,
    ) -> Result<Promise, JsValue>;
    /// The id of an object that nobody has asked yet, in hexadecimal digits.
    #[wasm_bindgen(catch, js_name = newObjectId)]
    pub fn new_object_id(env: &Env, binding: &str) -> Result<String, JsValue>;
    /// An object's reply to a message of this version, a string, or as a number the status that says why there is none;
    /// nothing for an id that is not of this namespace.
    #[wasm_bindgen(catch, js_name = askById)]
    pub fn ask_by_id(
        env: &Env,
        binding: &str,
        id: &str,
        message: &str,
        version: u32,
    ) -> Result<Option<Promise>, JsValue>;
    /// The same of the object with this name.
    #[wasm_bindgen(catch, js_name = askByName)]
    pub fn ask_by_name(
        env: &Env,
        binding: &str,
        name: &str,
        message: &str,
        version: u32,
    ) -> Result<Promise, JsValue>;
    /// The message, in the object that is asked.
    #[wasm_bindgen(js_name = messageOf)]
    pub fn message_of(request: &web_sys::Request) -> Promise;
    /// An object's one row; none before the first write.
    #[wasm_bindgen(catch, js_name = readRow)]
    pub fn read_row(storage: &worker_sys::DurableObjectStorage) -> Result<Option<String>, JsValue>;
    /// Writes the row and, if `alarm_in` is given in milliseconds, the alarm: both or neither is stored.
    #[wasm_bindgen(catch, js_name = writeRow)]
    pub fn write_row(
        storage: &worker_sys::DurableObjectStorage,
        json: &str,
        alarm_in: Option<f64>,
    ) -> Result<(), JsValue>;
    /// What a statement gives: a list of the JSON in its column `json`. `values` is a list too.
    #[wasm_bindgen(catch)]
    pub fn rows(
        storage: &worker_sys::DurableObjectStorage,
        statement: &str,
        values: &str,
    ) -> Result<String, JsValue>;
    /// Sets the alarm to so many milliseconds from now.
    #[wasm_bindgen(catch, js_name = setAlarm)]
    pub fn set_alarm(
        storage: &worker_sys::DurableObjectStorage,
        milliseconds: f64,
    ) -> Result<Promise, JsValue>;
    /// Counts `times` uses one by one. Answers false at the first that is one too many.
    #[wasm_bindgen(catch, js_name = withinLimit)]
    pub fn within_limit(
        env: &Env,
        binding: &str,
        key: &str,
        times: u32,
    ) -> Result<Promise, JsValue>;
    /// Writes a data point; `blobs` are one a line.
    #[wasm_bindgen(catch, js_name = dataPoint)]
    pub fn data_point(
        env: &Env,
        binding: &str,
        index: &str,
        blobs: &str,
        doubles: &[f64],
    ) -> Result<(), JsValue>;
}

#[wasm_bindgen(module = "/src/runtime/watch.js")]
extern "C" {
    /// Sends what a line of the log leads to: `to` has the URL and headers for spans, the URL and key for faults, each empty where
    /// there is none. The promise always resolves.
    pub fn watch(line: &str, began: f64, parent: &str, to: Vec<String>, release: &str) -> Promise;
}

#[wasm_bindgen]
extern "C" {
    /// Writes a line of the log.
    #[wasm_bindgen(js_namespace = console, js_name = log)]
    pub fn console_log(line: &str);
    /// As a warning.
    #[wasm_bindgen(js_namespace = console, js_name = warn)]
    pub fn console_warn(line: &str);
    /// As an error.
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    pub fn console_error(line: &str);
}

/// Awaits a promise of a string.
pub async fn text(promise: Promise) -> worker::Result<Option<String>> {
    Ok(JsFuture::from(promise).await?.as_string())
}

/// Names and values, one a line, as `edge.js` splits them; `None` if a value holds a line break, which would make
/// two headers of one.
pub fn head<'a>(headers: impl Iterator<Item = (&'a str, &'a str)>) -> Option<String> {
    let mut head = String::new();
    for (name, value) in headers {
        if value.bytes().any(|b| matches!(b, b'\n' | b'\r' | 0)) {
            return None;
        }
        for part in [name, "\n", value, "\n"] {
            head.push_str(part);
        }
    }
    Some(head)
}

/// As [`head`].
pub fn head_of(headers: &[(&str, &str)]) -> Option<String> {
    head(headers.iter().copied())
}

/// An error of the runtime in its own words.
pub fn words(error: &JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map_or_else(
        || error.as_string().unwrap_or_else(|| "no reason".to_owned()),
        |error| String::from(error.message()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_break_makes_no_second_header() {
        let good = [("location", "https://a.example/"), ("vary", "origin")];
        assert_eq!(
            head(good.into_iter()).unwrap(),
            "location\nhttps://a.example/\nvary\norigin\n"
        );
        for bad in ["a\nset-cookie: x", "a\rb", "a\0b"] {
            assert!(head([("location", bad)].into_iter()).is_none());
        }
    }
}
