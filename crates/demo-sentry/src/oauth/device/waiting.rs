//! Sign-ins that wait for a person, and their results.

use jiff::Timestamp;

use super::{Answer, DeviceRequest};
use crate::oauth::grants::{Grant, Grants};

/// Why a device gets no token, or not yet (RFC 8628 §3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::oauth) enum NoToken {
    Pending,
    Denied,
    /// The code has expired, was used, or was never issued.
    Expired,
}

impl Grants {
    pub(super) fn await_device(&mut self, request: DeviceRequest) {
        self.devices.push(request);
    }

    /// Records the person's answer, once per code. Returns whether a sign-in was waiting for it.
    pub(super) fn answer_device(
        &mut self,
        user_code: &str,
        answer: Answer,
        now: Timestamp,
    ) -> bool {
        let waits = |request: &&mut DeviceRequest| {
            request.has_user_code(user_code)
                && !request.is_over(now)
                && request.answer == Answer::Nothing
        };
        match self.devices.iter_mut().find(waits) {
            Some(request) => {
                request.answer = answer;
                true
            }
            None => false,
        }
    }

    /// Removes a request that was answered, and opens its grant.
    pub(in crate::oauth) fn redeem_device(
        &mut self,
        device_code: &str,
        now: Timestamp,
        ends: Timestamp,
    ) -> Result<Result<Grant, NoToken>, getrandom::Error> {
        let is = |request: &DeviceRequest| request.device_code == device_code;
        let Some(place) = self.devices.iter().position(is) else {
            return Ok(Err(NoToken::Expired));
        };
        let answer = match self.devices.get(place) {
            Some(request) if request.is_over(now) => None,
            Some(request) => Some(request.answer.clone()),
            None => None,
        };
        if answer == Some(Answer::Nothing) {
            return Ok(Err(NoToken::Pending));
        }
        let request = self.devices.remove(place);
        match answer {
            Some(Answer::Yes(user)) => self.open_for(user, request.scopes, true, ends).map(Ok),
            Some(_) => Ok(Err(NoToken::Denied)),
            None => Ok(Err(NoToken::Expired)),
        }
    }
}
