//! How long an archived issue stays so.

use crate::vocabulary::arguments::{Arguments, wrong};
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::Parameter;

const UNTIL_ESCALATING: &str = "untilEscalating";
const FOREVER: &str = "forever";
const FOR_DURATION: &str = "forDuration";
const UNTIL_COUNT: &str = "untilOccurrenceCount";
const UNTIL_USERS: &str = "untilUserCount";

/// A week, in minutes.
const LONGEST_WINDOW: Option<u32> = Some(10_080);

pub(super) const MODE: &Parameter = &Parameter::choice(
    "ignoreMode",
    "With status ignored.",
    &[
        UNTIL_ESCALATING,
        FOREVER,
        FOR_DURATION,
        UNTIL_COUNT,
        UNTIL_USERS,
    ],
    None,
);
pub(super) const DURATION: &Parameter =
    &Parameter::integer("ignoreDurationMinutes", "", None, None);
pub(super) const COUNT: &Parameter = &Parameter::integer("ignoreCount", "", None, None);
pub(super) const WINDOW: &Parameter = &Parameter::integer(
    "ignoreWindowMinutes",
    "For ignoreCount.",
    LONGEST_WINDOW,
    None,
);
pub(super) const USER_COUNT: &Parameter = &Parameter::integer("ignoreUserCount", "", None, None);
pub(super) const USER_WINDOW: &Parameter = &Parameter::integer(
    "ignoreUserWindowMinutes",
    "For ignoreUserCount.",
    LONGEST_WINDOW,
    None,
);

/// Each option, the mode that it belongs to, Sentry's name for it, and whether the mode needs it.
static OPTIONS: [(&Parameter, &str, &str, bool); 5] = [
    (DURATION, FOR_DURATION, "ignoreDuration", true),
    (COUNT, UNTIL_COUNT, "ignoreCount", true),
    (WINDOW, UNTIL_COUNT, "ignoreWindow", false),
    (USER_COUNT, UNTIL_USERS, "ignoreUserCount", true),
    (USER_WINDOW, UNTIL_USERS, "ignoreUserWindow", false),
];

/// What is sent beside `status: ignored`; nothing where nothing is archived.
#[derive(Default)]
pub(super) struct Ignore {
    pub(super) substatus: Option<&'static str>,
    pub(super) until: Vec<(&'static str, u32)>,
}

impl Ignore {
    /// The mode follows from the options where it is not said; without options it is until the issue escalates.
    pub(super) fn read(arguments: &Arguments, status: Option<&str>) -> Result<Self, Failure> {
        let said = arguments.text(MODE);
        let mut mode = said;
        let mut until = Vec::new();
        for (parameter, belongs_to, name, _) in &OPTIONS {
            let Some(value) = arguments.number(parameter) else {
                continue;
            };
            match mode {
                Some(other) if other != *belongs_to => {
                    return Err(if said.is_some() {
                        wrong(parameter, &format!("does not go with ignoreMode `{other}`"))
                    } else {
                        wrong(
                            parameter,
                            "is a second condition: an issue is archived until one",
                        )
                    });
                }
                _ => mode = Some(belongs_to),
            }
            until.push((*name, value));
        }
        let ignored = status == Some("ignored");
        if !ignored && mode.is_some() {
            return Err(Failure::Invalid(
                "`ignore…` options need `status` `ignored`.".to_owned(),
            ));
        }
        let mode = mode.unwrap_or(UNTIL_ESCALATING);
        for (parameter, belongs_to, name, is_needed) in &OPTIONS {
            let is_there = until.iter().any(|(there, _)| there == name);
            if *is_needed && *belongs_to == mode && !is_there {
                return Err(wrong(
                    parameter,
                    &format!("is required by ignoreMode `{mode}`"),
                ));
            }
        }
        let substatus = match mode {
            UNTIL_ESCALATING => "archived_until_escalating",
            FOREVER => "archived_forever",
            _ => "archived_until_condition_met",
        };
        Ok(Self {
            substatus: ignored.then_some(substatus),
            until,
        })
    }
}
