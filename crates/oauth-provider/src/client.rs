pub mod id_url;
pub mod redirect_uri;
