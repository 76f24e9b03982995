//! Pages, documents and answers that need nobody's sign-in.

pub mod assets;
pub mod cookies;
pub mod discovery;
pub mod fetch_metadata;
pub mod health;
pub mod home;
pub mod pages;
pub mod plain_http;
pub mod problems;
pub mod shared_hosting;
