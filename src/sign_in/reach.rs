//! Whether the organization and project of the address that a client connects to are there: asked once, with the token that
//! the person has just been given, before the grant opens (ADR 106).

use std::rc::Rc;
use std::time::Duration;

use oauth_provider::authorize::Approval;
use oauth_provider::client::RegisteredRedirectUri;
use oauth_provider::{Resource, Settings};
use oauth_types::ErrorCode;
use sentry_api::{Client, Fixed, Slug, Token};
use sentry_tools::{Constraint, Missing, Unconfirmed, Verified, confirm, names_instead};

use crate::deployment::Deployment;
use crate::runtime::fetch::Upstream;
use crate::runtime::log;
use crate::site::pages::{Destination, ErrorPage, Onward};
use crate::upstream::sentry::{Props, User};

/// A person waits: if Sentry takes longer, the first call asks again.
const PATIENCE: Duration = Duration::from_secs(5);

/// A look at what an address names, as one person.
pub struct Look<'a> {
    constraint: Constraint,
    client: Client,
    settings: &'a Settings,
}

impl<'a> Look<'a> {
    /// At the address of this approval, as whoever Sentry has just named.
    pub fn at(approval: &Approval, props: &Props, deployment: &'a Deployment) -> Self {
        let tokens = Rc::new(Fixed(Token::new(props.access_token.as_str())));
        let base = deployment.config.sentry.base.clone();
        let upstream = Upstream::of(Rc::clone(&deployment.facts));
        Self {
            constraint: deployment.constraint(approval.resource()),
            client: Client::new(Rc::new(upstream), tokens, base).with_patience(PATIENCE),
            settings: &deployment.settings,
        }
    }

    /// What Sentry says. That it cannot say it now is no reason to end a sign-in.
    ///
    /// # Errors
    /// It is not there, or not for this person.
    pub async fn confirmed(&self, request_id: &str) -> Result<Option<Verified>, Missing> {
        match confirm(&self.client, &self.constraint).await {
            Ok(verified) => Ok(verified),
            Err(Unconfirmed::Missing(missing)) => Err(missing),
            Err(Unconfirmed::Trouble(error)) => {
                let why = error.to_string();
                log::trouble(request_id, "an address was not looked at", &why);
                Ok(None)
            }
        }
    }

    /// The page that says what to correct, with the addresses that there are.
    pub async fn page(
        &self,
        missing: Missing,
        approval: &Approval,
        redirect_uri: &RegisteredRedirectUri,
        user: &User,
    ) -> ErrorPage {
        let names = names_instead(&self.client, &self.constraint, missing).await;
        let what = self.constraint.named(missing);
        let who = user.email.as_ref().or(user.name.as_ref());
        let who = who.map_or("you", String::as_str);
        let description =
            "Sentry does not show the resource's organization or project to this person";
        let answer = approval.respond(
            redirect_uri.clone(),
            Err((ErrorCode::InvalidTarget, description.to_owned())),
        );
        let address = approval.resource().url(&self.settings.origin);
        ErrorPage {
            code: ErrorCode::InvalidTarget.as_str(),
            addresses: self.addresses(missing, &names),
            onward: Some(Onward {
                location: answer.location(),
                to: Destination::from(redirect_uri),
            }),
            ..ErrorPage::refused(
                match missing {
                    Missing::Organization => "There is no such organization",
                    Missing::Project => "There is no such project",
                },
                format!(
                    "The application connects to {address}, but Sentry does not show {what} to {who}. Nothing was connected."
                ),
                "Correct the address in your application, then connect again. If it is right, sign in to Sentry as somebody \
                 who is a member there.",
            )
        }
    }

    fn addresses(&self, missing: Missing, names: &[Slug]) -> Vec<String> {
        let Settings {
            origin,
            resource_base: base,
            ..
        } = self.settings;
        let organization = self.constraint.organization();
        let within = organization.filter(|_| missing == Missing::Project);
        let within = within.map_or(String::new(), |slug| format!("/{slug}"));
        let paths = names.iter().map(|name| format!("{base}{within}/{name}"));
        let known = paths.filter_map(|path| Resource::from_path(&path, base));
        known.map(|resource| resource.url(origin)).collect()
    }
}
