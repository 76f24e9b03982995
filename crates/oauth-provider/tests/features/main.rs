//! The rules, each with a test that fails without it. One file per feature.

#![cfg(test)]

mod acquaintance;
mod approval;
mod authorize_answer;
mod authorize_request;
mod bearer;
mod client_assertion;
mod client_authentication;
mod client_documents;
mod client_keys;
mod client_registration;
mod costs;
mod discovery;
mod document_budget;
mod document_cache;
mod document_changes;
mod document_check;
mod document_hosts;
mod endpoint_order;
mod grant_code;
mod grant_introspection;
mod grant_kills;
mod grant_lifetime;
mod grant_model;
mod grant_outbox;
mod grant_renewal;
mod grant_revocation;
mod grant_storage;
mod grant_upkeep;
mod grant_walk;
mod grant_wire;
mod grant_withhold;
mod lenient_scope;
mod par;
mod refresh_model;
mod refresh_rotation;
mod registration_refusals;
mod shut_out;
mod sign_in;
mod signatures;
mod storage_trouble;
mod support;
mod token_endpoint;
mod untrusted_bytes;
mod vectors;
