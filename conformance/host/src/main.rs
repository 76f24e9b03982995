//! `crates/mcp` behind plain HTTP, with the tools, prompts and resources that @modelcontextprotocol/conformance expects.
//! For `make conformance` alone: on loopback, without authorization, and nothing of it is in the worker.

mod fixture;
mod inputs;
mod prompts;
mod resources;
mod state;
mod tools;

use std::convert::Infallible;
use std::io::{self, Write as _};

use anyhow::Context as _;
use clap::Parser;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{HOST, HeaderMap, ORIGIN};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use mcp::http::{MAX_BODY, respond};
use tokio::net::TcpListener;
use tokio::task::{LocalSet, spawn_local};

use crate::fixture::Fixture;

#[derive(Parser)]
struct Options {
    /// Port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", Options::parse().port))
        .await
        .context("the port is taken")?;
    let address = listener.local_addr()?;
    writeln!(io::stdout(), "ready: http://{address}/mcp")?;
    // A handler's futures are not `Send`, as in an isolate.
    LocalSet::new().run_until(serve(listener)).await
}

async fn serve(listener: TcpListener) -> anyhow::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        spawn_local(async move {
            // A client that goes away is no trouble of ours.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service_fn(answer))
                .await;
        });
    }
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    if !is_local(&parts.headers) {
        return Ok(empty(StatusCode::FORBIDDEN));
    }
    if parts.uri.path() != "/mcp" {
        return Ok(empty(StatusCode::NOT_FOUND));
    }
    if parts.method != Method::POST {
        return Ok(empty(StatusCode::METHOD_NOT_ALLOWED));
    }
    let Ok(body) = Limited::new(body, MAX_BODY).collect().await else {
        return Ok(empty(StatusCode::PAYLOAD_TOO_LARGE));
    };
    let body = body.to_bytes();
    let header = |name: &str| {
        parts
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let request = mcp::http::Request {
        content_type: header("content-type"),
        accept: header("accept"),
        protocol_version: header("mcp-protocol-version"),
        method: header("mcp-method"),
        name: header("mcp-name"),
        body: &body,
    };
    let Ok(answer) = respond(&Fixture, request).await;
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = empty(status);
    if let Some(body) = answer.body {
        *response.body_mut() = Full::from(body);
        let json = hyper::header::HeaderValue::from_static("application/json");
        response
            .headers_mut()
            .insert(hyper::header::CONTENT_TYPE, json);
    }
    Ok(response)
}

fn empty(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}

/// DNS rebinding: reached under another name than this computer's, or by a page of somebody else's. The worker has its
/// own rule and is tested for it.
fn is_local(headers: &HeaderMap) -> bool {
    [HOST, ORIGIN].into_iter().all(|name| {
        headers.get(name).is_none_or(|value| {
            let text = value.to_str().unwrap_or_default();
            let authority = text.strip_prefix("http://").unwrap_or(text);
            let host = authority
                .rsplit_once(':')
                .map_or(authority, |(host, _)| host);
            ["localhost", "127.0.0.1", "[::1]"].contains(&host)
        })
    })
}
