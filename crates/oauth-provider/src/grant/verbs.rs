//! Each command with the type of its reply, so that a sender need not match replies to other commands.

use crate::scope::Scope;

use super::command::{
    Close, Command, Inspect, Inspected, Introspect, Introspected, Issued, Looked, Open, Opened,
    Recall, Redeem, Refresh, Refusal, Repeat, Reply, Reseal, Revoke, Withhold,
};

/// A command that knows its reply. [`super::GrantStore::ask`] sends one.
pub trait GrantCommand: Into<Command> {
    /// The answer, unless the command is refused.
    type Reply;

    /// Reads the reply: `None` where it is one to another command, which is trouble of ours and says nothing about the
    /// grant.
    fn read(reply: Reply) -> Option<Result<Self::Reply, Refusal>>;
}

macro_rules! replies {
    ($command:ty => $type:ty: $($reply:pat => $read:expr),+) => {
        impl GrantCommand for $command {
            type Reply = $type;

            fn read(reply: Reply) -> Option<Result<$type, Refusal>> {
                match reply {
                    $($reply => Some($read),)+
                    _ => None,
                }
            }
        }
    };
}

replies!(Open => Opened: Reply::Opened { code, tells } => Ok(Opened { code, tells }), Reply::Refused(why) => Err(why));
replies!(Repeat => Opened: Reply::Opened { code, tells } => Ok(Opened { code, tells }), Reply::Refused(why) => Err(why));
replies!(Redeem => Issued: Reply::Issued(issued) => Ok(issued), Reply::Refused(why) => Err(why));
replies!(Refresh => Issued: Reply::Issued(issued) => Ok(issued), Reply::Refused(why) => Err(why));
replies!(Inspect => Inspected: Reply::Valid(info) => Ok(info), Reply::Refused(why) => Err(why));
replies!(Introspect => Introspected: Reply::Introspected(found) => Ok(found), Reply::Refused(why) => Err(why));
replies!(Reseal => (): Reply::Done => Ok(()), Reply::Refused(why) => Err(why));
replies!(Withhold => Scope: Reply::Left(scope) => Ok(scope), Reply::Refused(why) => Err(why));
replies!(Recall => (): Reply::Done => Ok(()), Reply::Refused(why) => Err(why));
replies!(
    Revoke => (): Reply::Refused(why @ Refusal::Strength) => Err(why),
    Reply::Done | Reply::Refused(_) => Ok(())
);
// A grant refuses none of these. An id that cannot be one of ours is answered as an unknown one: it has nothing to end.
replies!(Looked => (): Reply::Done | Reply::Refused(_) => Ok(()));
replies!(Close => (): Reply::Done | Reply::Refused(_) => Ok(()));

macro_rules! commands {
    ($($command:ident),+) => {
        $(impl From<$command> for Command {
            fn from(command: $command) -> Self {
                Self::$command(command)
            }
        })+
    };
}

commands!(
    Open, Repeat, Redeem, Refresh, Inspect, Introspect, Reseal, Looked, Revoke, Withhold, Recall
);

impl From<Close> for Command {
    fn from(_: Close) -> Self {
        Self::Close
    }
}
