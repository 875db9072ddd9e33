//! Who acts, for whom, and when: made at the edge, first argument of every use case.

use crate::App;
use crate::clock;
use crate::creditors;
use crate::error::ServiceError;
use crate::users::User;
use puntual_core::access::{Deed, Role, may};
use puntual_core::date::Day;
use puntual_store::Scope;
use puntual_store::creditor::Creditor;

/// The circumstances of a command or a question.
#[derive(Clone, Debug)]
pub struct Ctx {
    /// The creditor it is about.
    pub creditor: Creditor,
    /// A user's e-mail, or the part of the program that acts.
    pub actor: String,
    /// What the actor may do.
    pub role: Role,
    /// The instant, in milliseconds since the Unix epoch.
    pub now_ms: i64,
    /// The civil day in the creditor's zone.
    pub today: Day,
}

impl Ctx {
    /// The circumstances of an actor acting now for a creditor.
    pub fn new(app: &App, creditor: Creditor, actor: impl Into<String>, role: Role) -> Ctx {
        let now_ms = app.clock.now_ms();
        let today = clock::day_in_zone(now_ms, &creditor.time_zone);
        Ctx { creditor, actor: actor.into(), role, now_ms, today }
    }

    /// The circumstances of somebody signed in, with the creditors they work for: acting for the
    /// one of that code when it is theirs, else for the first of theirs. `None` while there is no
    /// creditor. A role this version does not know may look and nothing else.
    pub fn of_user(
        app: &App,
        user: &User,
        asked: Option<&str>,
    ) -> Result<Option<(Ctx, Vec<Creditor>)>, ServiceError> {
        let own = creditors::of_user(app, user)?;
        let named = asked.and_then(|code| own.iter().find(|c| c.code.eq_ignore_ascii_case(code)));
        let Some(chosen) = named.or(own.first()).cloned() else { return Ok(None) };
        let role = Role::parse(&user.role).unwrap_or(Role::Viewer);
        Ok(Some((Ctx::new(app, chosen, user.email.clone(), role), own)))
    }

    /// The rows it may see.
    pub fn scope(&self) -> Scope {
        self.creditor.scope
    }

    /// Refuses unless the role allows the deed.
    pub fn require(&self, deed: Deed) -> Result<(), ServiceError> {
        if may(self.role, deed) {
            return Ok(());
        }
        Err(ServiceError::Forbidden(format!(
            "{deed:?} needs more than the role {}",
            self.role.as_str()
        )))
    }
}
