//! Pages, and what is served beside the protocols: cookies, well-known documents, files; and errors of handlers.

pub mod assets;
pub mod cookies;
pub mod discovery;
pub mod endpoint;
pub mod errors;
pub mod fetch_metadata;
pub mod health;
pub mod home;
pub mod no_such_page;
pub mod pages;
pub mod plain_http;
pub mod posted_form;
pub mod shared_hosting;
pub mod shut_out;
pub mod tools;
