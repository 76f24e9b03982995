//! One tool per file.

use crate::vocabulary::scope::{Scope, Scopes};
use crate::vocabulary::skill::{Skill, Skills};

pub(crate) mod add_issue_note;
pub(crate) mod add_team_to_project;
mod alerting;
pub(crate) mod analyze_issue_with_seer;
pub(crate) mod create_alert_rule;
pub(crate) mod create_custom_inbound_filter;
pub(crate) mod create_dsn;
pub(crate) mod create_metric_monitor;
pub(crate) mod create_monitor;
pub(crate) mod create_project;
pub(crate) mod create_team;
pub(crate) mod create_uptime_monitor;
mod cron;
pub(crate) mod delete_alert_rule;
pub(crate) mod delete_custom_inbound_filter;
pub(crate) mod delete_metric_monitor;
pub(crate) mod delete_monitor_environment;
pub(crate) mod delete_uptime_monitor;
pub(crate) mod execute_sentry_tool;
pub(crate) mod find_alert_rules;
pub(crate) mod find_custom_inbound_filters;
pub(crate) mod find_dashboards;
pub(crate) mod find_dropped_events;
pub(crate) mod find_dsns;
pub(crate) mod find_metric_monitors;
pub(crate) mod find_monitors;
pub(crate) mod find_organizations;
pub(crate) mod find_projects;
pub(crate) mod find_releases;
pub(crate) mod find_teams;
pub(crate) mod find_uptime_monitors;
pub(crate) mod get_agent_conversation_details;
pub(crate) mod get_alert_options;
pub(crate) mod get_alert_rule;
pub(crate) mod get_dashboard_details;
pub(crate) mod get_doc;
pub(crate) mod get_event_attachment;
pub(crate) mod get_event_stacktrace;
pub(crate) mod get_issue_activity;
pub(crate) mod get_issue_breadcrumbs;
pub(crate) mod get_issue_details;
pub(crate) mod get_issue_tag_values;
pub(crate) mod get_issue_user_reports;
pub(crate) mod get_latest_base_snapshot;
pub(crate) mod get_metric_monitor_details;
pub(crate) mod get_monitor_details;
pub(crate) mod get_profile;
pub(crate) mod get_profile_details;
pub(crate) mod get_release_details;
pub(crate) mod get_replay_details;
pub(crate) mod get_sentry_mcp_info;
pub(crate) mod get_sentry_resource;
pub(crate) mod get_snapshot;
pub(crate) mod get_snapshot_image;
pub(crate) mod get_span_details;
pub(crate) mod get_trace_details;
pub(crate) mod get_uptime_monitor_details;
pub(crate) mod link_issue;
pub(crate) mod onboarding_status_update;
pub(crate) mod remove_team_from_project;
pub(crate) mod search_agent_conversations;
pub(crate) mod search_docs;
pub(crate) mod search_events;
pub(crate) mod search_issue_events;
pub(crate) mod search_issues;
pub(crate) mod search_sentry_tools;
pub(crate) mod submit_feedback_to_sentry_team;
pub(crate) mod unlink_issue;
pub(crate) mod update_alert_rule;
pub(crate) mod update_custom_inbound_filter;
pub(crate) mod update_dsn;
pub(crate) mod update_issue;
pub(crate) mod update_metric_monitor;
pub(crate) mod update_project;
pub(crate) mod update_uptime_monitor;
mod uptime;
pub(crate) mod whoami;

/// How many items a `find_*` tool shows; one more is asked for.
const SHOWN: usize = 25;

/// Who manages projects and teams.
const MANAGES: Skills = Skills::of(&[Skill::ProjectManagement]);

/// What changing a project needs.
const WRITE_PROJECTS: Scopes = Scopes::of(&[Scope::OrgRead, Scope::ProjectWrite]);

/// What reading needs.
const READ: Scopes = Scopes::of(&[Scope::OrgRead]);

/// What changing an issue needs, and starting a run of Seer.
const WRITE_EVENTS: Scopes = Scopes::of(&[Scope::OrgRead, Scope::EventWrite]);

/// Whoever looks at issues, to read them, to sort them, or to have them analyzed.
const ISSUE_SKILLS: Skills = Skills::of(&[Skill::Inspect, Skill::Triage, Skill::Seer]);

/// Whoever looks at what Sentry knows.
const INSPECT: Skills = Skills::of(&[Skill::Inspect]);

/// Whoever sets things up.
const MANAGE: Skills = Skills::of(&[Skill::ProjectManagement]);
